package dev.tatara.trainer.model;

import org.bytedeco.pytorch.Tensor;

/** One unit of one forward pass, which ends at its borders: hidden states in, hidden states out. */
interface Unit {
  /**
   * Computes the output, which has no graph for the caller.
   *
   * @param again keep nothing but the input, and compute once more on the way back (Chen et al.,
   *     arXiv 1604.06174)
   */
  Tensor forward(boolean again);

  /**
   * Adds the gradients of the parameters; returns that of the input, which may be the given tensor,
   * changed. To be called once.
   *
   * @param gradient of the output, [B, T, C]; contiguous
   */
  Tensor backward(Tensor gradient);
}
