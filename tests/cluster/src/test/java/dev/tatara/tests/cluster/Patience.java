package dev.tatara.tests.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what must come true, on a machine that may be slow. */
final class Patience {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private Patience() {}

  /**
   * Waits.
   *
   * @param otherwise what is the case instead, for whoever reads the failure
   * @throws AssertionError if it does not come true
   */
  static void await(BooleanSupplier condition, Supplier<String> otherwise) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("after %s: %s".formatted(LONGEST, otherwise.get()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
