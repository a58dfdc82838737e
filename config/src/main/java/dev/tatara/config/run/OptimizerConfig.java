package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) with warm-up and cosine decay.
 *
 * @param learningRate peak
 * @param finalLearningRate share of the peak that is left at the last step
 * @param warmup share of all steps in which the rate rises from 0
 * @param beta1 decay of the mean of the gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the denominator
 * @param weightDecay on matrices only, not on norms
 * @param clip largest global norm of the gradient
 */
public record OptimizerConfig(
    @Range(above = 0) Double learningRate,
    @Range(min = 0, max = 1) Double finalLearningRate,
    @Range(min = 0, max = 1) Double warmup,
    @Range(min = 0, below = 1) Double beta1,
    @Range(min = 0, below = 1) Double beta2,
    @Range(above = 0) Double epsilon,
    @Range(min = 0) Double weightDecay,
    @Range(above = 0) Double clip) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final OptimizerConfig DEFAULT =
      new OptimizerConfig(null, null, null, null, null, null, null, null);

  public OptimizerConfig {
    learningRate = learningRate == null ? 3e-3 : learningRate;
    finalLearningRate = finalLearningRate == null ? 0.1 : finalLearningRate;
    warmup = warmup == null ? 0.05 : warmup;
    beta1 = beta1 == null ? 0.9 : beta1;
    beta2 = beta2 == null ? 0.95 : beta2;
    epsilon = epsilon == null ? 1e-8 : epsilon;
    weightDecay = weightDecay == null ? 0.1 : weightDecay;
    clip = clip == null ? 1.0 : clip;
  }

  /** The defaults of {@code sft} and {@code dpo}: a smaller peak and no weight decay. */
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  static OptimizerConfig forPostTraining(double learningRate) {
    return new OptimizerConfig(learningRate, null, null, null, null, null, 0.0, null);
  }
}
