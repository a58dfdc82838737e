package dev.tatara.activities.plan;

import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.PretrainConfig;

/** Memory of training in fp32 with ZeRO-1 (Rajbhandari et al., arXiv 1910.02054). */
final class Memory {
  private static final int FLOAT = 4;

  /** AdamW's two moments. */
  private static final int OPTIMIZER = 8;

  private Memory() {}

  /** Parameters and gradients in full, this rank's slice of the optimizer state, activations. */
  static long bytesPerRank(PretrainConfig pretrain, ModelShape shape, int vocabulary) {
    long parameters = shape.parameters(vocabulary);
    long workers = pretrain.workers();
    long optimizer = (OPTIMIZER * parameters + workers - 1) / workers;
    return 2 * FLOAT * parameters + optimizer + activations(pretrain, shape, vocabulary);
  }

  /**
   * What one micro-batch keeps for its backward pass, counted per token as in Korthikanti et al.
   * (arXiv 2205.05198) for this block: two norms in and out, residuals, query, key, value, their
   * rotated copies and the attention's output, gate, up, their product and activation; then logits,
   * their logarithms and gradients. Attention scores are not kept (fused kernel).
   */
  private static long activations(PretrainConfig pretrain, ModelShape shape, int vocabulary) {
    long hidden = shape.hiddenSize();
    long keyValue = (long) shape.keyValueHeads() * shape.headSize();
    long block = 10 * hidden + 3 * keyValue + 4L * shape.intermediateSize();
    long perToken = shape.layers() * block + 2 * hidden + 3L * vocabulary;
    int samples = Math.min(pretrain.microBatch(), pretrain.batchSamples() / pretrain.workers());
    return FLOAT * perToken * samples * pretrain.sequenceLength();
  }

  /** Parameters and optimizer state, all ranks together. */
  static long checkpointBytes(long parameters) {
    return (FLOAT + OPTIMIZER) * parameters;
  }
}
