package dev.tatara.trainer.optimizer;

import org.bytedeco.pytorch.Tensor;

/** Puts matrices together that are spread over the ranks, and spreads them again. */
public interface WholeMatrices {
  /** This process's number, from 0. */
  int rank();

  /** Number of processes. */
  int size();

  /**
   * All ranks' slices, each where the layout has it.
   *
   * @param own [length], this rank's
   * @return a buffer in the coordinates of the layout, which may be overwritten
   */
  Tensor gather(Tensor own);

  /**
   * Sums the buffers of {@link #gather} over all ranks, and gives each rank its slices.
   *
   * @param own [length], filled
   */
  void sumScattered(Tensor own, Tensor whole);
}
