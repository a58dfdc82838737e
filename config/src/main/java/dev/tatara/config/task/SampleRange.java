package dev.tatara.config.task;

/**
 * Neighbouring samples of the one global order.
 *
 * @param from first index
 * @param until index behind the last
 */
public record SampleRange(long from, long until) {
  /** Samples in it. */
  public long length() {
    return until - from;
  }
}
