package dev.tatara.tests.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what must come true, on a machine that may be slow. */
final class Patience {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private Patience() {}

  /**
   * Waits.
   *
   * @param what is waited for, in a few words
   * @throws AssertionError if it does not come true
   */
  static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("after %s there was no %s".formatted(LONGEST, what));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
