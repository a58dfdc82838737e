package dev.tatara.trainer.optimizer;

import org.bytedeco.pytorch.Tensor;

/** Puts matrices together that are spread over the ranks, and spreads them again. */
public interface WholeMatrices {
  /** This process's number, from 0. */
  int rank();

  /** Number of processes. */
  int size();

  /**
   * Puts the gradients of a unit together.
   *
   * @return a buffer in the coordinates of the unit, which may be overwritten; valid until the next
   *     unit is gathered
   */
  Tensor gather(int unit);

  /** Sums the buffers of {@link #gather} over all ranks into the ranks' own gradients. */
  void sumScattered(int unit);
}
