package dev.tatara.trainer.gang;

import org.bytedeco.pytorch.Tensor;

/**
 * The ranks that train together. Every rank must call the same methods in the same order.
 *
 * <p>Every method throws {@link BrokenGangException} if a peer is gone or silent; the gang is then
 * lost as a whole and a new one must be formed.
 */
public interface Gang extends AutoCloseable {
  /** This process's number, from 0. */
  int rank();

  /** Number of processes. */
  int size();

  /**
   * Replaces the tensor by the sum over all ranks.
   *
   * @param values in host memory
   */
  void sum(Tensor values);

  /**
   * Sums over all ranks, and gives each rank its range of the sum; both tensors lie where this
   * process computes.
   *
   * @param range [n], filled
   * @param whole [n × ranks]; afterwards its content is of no use
   */
  void sumScattered(Tensor range, Tensor whole);

  /**
   * Puts the ranges of all ranks together; both tensors lie where this process computes.
   *
   * @param whole [n × ranks], filled
   * @param range [n]; may be this rank's place in {@code whole}
   */
  void gather(Tensor whole, Tensor range);

  /** Returns when all ranks have called it. */
  void barrier();

  @Override
  void close();
}
