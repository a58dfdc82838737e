package dev.tatara.trainer;

import dev.tatara.trainer.divergence.Rollback;

/** A step went wrong on all ranks alike; the gang goes back to before it. */
final class DivergedException extends RuntimeException {
  private final transient Rollback rollback;
  private final String evidence;
  private final int lastStep;
  private final long nanos = System.nanoTime();

  /**
   * @param evidence what was seen
   * @param lastStep steps that were done, the bad one included
   */
  DivergedException(String evidence, int lastStep, Rollback rollback) {
    super(evidence);
    this.evidence = evidence;
    this.lastStep = lastStep;
    this.rollback = rollback;
  }

  String evidence() {
    return evidence;
  }

  Rollback rollback() {
    return rollback;
  }

  int lastStep() {
    return lastStep;
  }

  /** Seconds since it was seen. */
  double age() {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /** It happened more often than the task allows; starting anew cannot help. */
  static final class Final extends RuntimeException {
    Final(String message) {
      super(message);
    }
  }
}
