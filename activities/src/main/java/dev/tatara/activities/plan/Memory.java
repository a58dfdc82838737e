package dev.tatara.activities.plan;

import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.ExecutionConfig.Precision;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.PretrainConfig;

/** Memory of training, by what ZeRO shards (Rajbhandari et al., arXiv 1910.02054). */
final class Memory {
  private static final int FLOAT = 4;

  /** AdamW's two moments. */
  private static final int OPTIMIZER = 8;

  private Memory() {}

  /** Parameters, gradients, optimizer state and activations of one rank. */
  static long bytesPerRank(
      PretrainConfig pretrain, ExecutionConfig execution, ModelShape shape, int vocabulary) {
    Sharding sharding = new Sharding(pretrain.workers(), execution.zero());
    long narrow =
        execution.precision() == Precision.BF16 ? values(sharding, shape, vocabulary) / 2 : 0;
    return values(sharding, shape, vocabulary)
        + gradients(sharding, shape, vocabulary)
        + narrow
        + moments(sharding, shape, vocabulary)
        + activations(pretrain, execution, shape, vocabulary);
  }

  /** Ranks, and what they keep of their own slices only; one rank has nothing to share. */
  record Sharding(int ranks, int zero) {
    Sharding {
      zero = ranks == 1 ? 1 : zero;
    }

    private long slice(long elements) {
      return (elements + ranks - 1) / ranks;
    }
  }

  /** Bytes of the parameters: all, or own slices and the units at work. */
  static long values(Sharding sharding, ModelShape shape, int vocabulary) {
    long parameters = shape.parameters(vocabulary);
    long elements =
        sharding.zero() < 3 ? parameters : sharding.slice(parameters) + working(shape, vocabulary);
    return FLOAT * elements;
  }

  /**
   * Bytes of the gradients: all or the units at work, and, with other ranks, the sums of own slices
   * and from ZeRO-2 on the sum of one unit before it is added to them.
   */
  static long gradients(Sharding sharding, ModelShape shape, int vocabulary) {
    long parameters = shape.parameters(vocabulary);
    if (sharding.ranks() == 1) {
      return FLOAT * parameters;
    }
    long largest = Math.max(embedding(shape, vocabulary), block(shape));
    long before =
        sharding.zero() < 2 ? parameters : working(shape, vocabulary) + sharding.slice(largest);
    return FLOAT * (before + sharding.slice(parameters));
  }

  /** Bytes of the optimizer's state: own slices. */
  static long moments(Sharding sharding, ModelShape shape, int vocabulary) {
    return OPTIMIZER * sharding.slice(shape.parameters(vocabulary));
  }

  /** Where units take turns that are not kept whole: one end of the model and one block. */
  private static long working(ModelShape shape, int vocabulary) {
    return embedding(shape, vocabulary) + block(shape);
  }

  private static long embedding(ModelShape shape, int vocabulary) {
    return (long) vocabulary * shape.hiddenSize();
  }

  private static long block(ModelShape shape) {
    return shape.bodyParameters() / shape.layers();
  }

  /**
   * What one micro-batch keeps for its backward pass, counted per token as in Korthikanti et al.
   * (arXiv 2205.05198) for this block: two norms in and out, residuals, query, key, value, their
   * rotated copies and the attention's output, gate, up, their product and activation; then logits,
   * their logarithms and gradients. Attention scores are not kept (fused kernel). With activation
   * checkpointing the input of each block is kept, and the rest of one block at a time.
   */
  private static long activations(
      PretrainConfig pretrain, ExecutionConfig execution, ModelShape shape, int vocabulary) {
    long hidden = shape.hiddenSize();
    long keyValue = (long) shape.keyValueHeads() * shape.headSize();
    long block = 10 * hidden + 3 * keyValue + 4L * shape.intermediateSize();
    // Under ZeRO-3 a block's parameters do not stay for the way back, so it is computed again.
    boolean again =
        execution.activationCheckpointing() || execution.zero() > 2 && pretrain.workers() > 1;
    long blocks = again ? shape.layers() * hidden + block : shape.layers() * block;
    int width = execution.precision() == Precision.BF16 ? FLOAT / 2 : FLOAT;
    long perToken = width * (blocks + 2 * hidden) + FLOAT * 3L * vocabulary;
    int samples = Math.min(pretrain.microBatch(), pretrain.batchSamples() / pretrain.workers());
    return perToken * samples * pretrain.sequenceLength();
  }

  /** Parameters and optimizer state, all ranks together. */
  static long checkpointBytes(long parameters) {
    return (FLOAT + OPTIMIZER) * parameters;
  }
}
