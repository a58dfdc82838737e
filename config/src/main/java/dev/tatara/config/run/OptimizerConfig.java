package dev.tatara.config.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tatara.config.strict.Range;

/**
 * The optimizer and its learning rate over time.
 *
 * @param algorithm AdamW (Loshchilov and Hutter, arXiv 1711.05101), or Muon (Jordan et al., 2024)
 *     on the matrices of the blocks with AdamW on embeddings, output projection and norms
 * @param learningRate peak
 * @param schedule how the rate falls after the warm-up
 * @param finalLearningRate share of the peak that is left at the last step
 * @param warmup share of all steps in which the rate rises from 0
 * @param decay share of all steps, the last ones, in which the rate of {@code wsd} falls
 * @param beta1 decay of the mean of the gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the denominator
 * @param momentum of Muon; AdamW has none
 * @param weightDecay on matrices only, not on norms
 * @param decayEmbeddings weight decay also on the embedding and the output projection
 * @param clip largest global norm of the gradient; 0 clips nothing
 */
public record OptimizerConfig(
    Algorithm algorithm,
    @Range(above = 0) Double learningRate,
    Schedule schedule,
    @Range(min = 0, max = 1) Double finalLearningRate,
    @Range(min = 0, max = 1) Double warmup,
    @Range(min = 0, max = 1) Double decay,
    @Range(min = 0, below = 1) Double beta1,
    @Range(min = 0, below = 1) Double beta2,
    @Range(above = 0) Double epsilon,
    @Range(min = 0, below = 1) Double momentum,
    @Range(min = 0) Double weightDecay,
    Boolean decayEmbeddings,
    @Range(min = 0) Double clip) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final OptimizerConfig DEFAULT =
      adamW(null, null, null, null, null, null, null, null);

  public OptimizerConfig {
    algorithm = algorithm == null ? Algorithm.ADAMW : algorithm;
    learningRate = learningRate == null ? 3e-3 : learningRate;
    schedule = schedule == null ? Schedule.COSINE : schedule;
    finalLearningRate = finalLearningRate == null ? 0.1 : finalLearningRate;
    warmup = warmup == null ? 0.05 : warmup;
    decay = decay == null ? 0.2 : decay;
    beta1 = beta1 == null ? 0.9 : beta1;
    beta2 = beta2 == null ? 0.95 : beta2;
    epsilon = epsilon == null ? 1e-8 : epsilon;
    momentum = momentum == null ? 0.95 : momentum;
    weightDecay = weightDecay == null ? 0.1 : weightDecay;
    decayEmbeddings = decayEmbeddings == null || decayEmbeddings;
    clip = clip == null ? 1.0 : clip;
  }

  /** AdamW with half a cosine. */
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static OptimizerConfig adamW(
      Double learningRate,
      Double finalLearningRate,
      Double warmup,
      Double beta1,
      Double beta2,
      Double epsilon,
      Double weightDecay,
      Double clip) {
    return new OptimizerConfig(
        null,
        learningRate,
        null,
        finalLearningRate,
        warmup,
        null,
        beta1,
        beta2,
        epsilon,
        null,
        weightDecay,
        null,
        clip);
  }

  /** The defaults of {@code sft} and {@code dpo}: a smaller peak and no weight decay. */
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  static OptimizerConfig forPostTraining(double learningRate) {
    return adamW(learningRate, null, null, null, null, null, 0.0, null);
  }

  /** How parameters follow their gradients. */
  public enum Algorithm {
    /** AdamW on everything. */
    @JsonProperty("adamw")
    ADAMW,
    /** Muon on the matrices of the blocks, AdamW on the rest. */
    @JsonProperty("muon")
    MUON
  }

  /** How the learning rate falls after the warm-up. */
  public enum Schedule {
    /** Half a cosine down to the final rate. */
    @JsonProperty("cosine")
    COSINE,
    /** Warm-up, stable, decay: the peak, then a straight line down over the share {@code decay}. */
    @JsonProperty("wsd")
    WSD,
    /**
     * As {@code wsd}, but steep first: down by the square root (Hägele et al., arXiv 2405.18392).
     */
    @JsonProperty("wsd-sqrt")
    WSD_SQRT,
    /** A straight line down to the final rate. */
    @JsonProperty("linear")
    LINEAR
  }
}
