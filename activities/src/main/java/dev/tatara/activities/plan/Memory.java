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
    long parameters = shape.parameters(vocabulary);
    long slice = (parameters + pretrain.workers() - 1) / pretrain.workers();
    long working = Math.min(parameters, working(shape, vocabulary));
    long gradients = execution.zero() >= 2 ? slice + working : parameters;
    long values = execution.zero() >= 3 ? slice + working : parameters;
    long narrow = execution.precision() == Precision.BF16 ? values / 2 : 0;
    return FLOAT * (values + gradients + narrow)
        + OPTIMIZER * slice
        + activations(pretrain, execution, shape, vocabulary);
  }

  /** Where units take turns that are not kept whole: one embedding and one block. */
  private static long working(ModelShape shape, int vocabulary) {
    return (long) vocabulary * shape.hiddenSize() + shape.bodyParameters() / shape.layers();
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
    long blocks =
        execution.activationCheckpointing()
            ? shape.layers() * hidden + block
            : shape.layers() * block;
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
