package dev.tatara.trainer;

import dev.tatara.trainer.tensor.Hardware;
import io.prometheus.client.Counter;

/** Where the time of a step goes. */
final class StepClock {
  private static final Counter PARTS =
      Counter.build("tatara_training_part_seconds_total", "Time of steps by part")
          .labelNames("part")
          .register();

  private long start;
  private long last;

  void start() {
    start = System.nanoTime();
    last = start;
  }

  /** Ends a part, when all of it is computed; the next begins. */
  void lap(String part) {
    Hardware.chosen().await();
    long now = System.nanoTime();
    PARTS.labels(part).inc((now - last) / 1e9);
    last = now;
  }

  /** Seconds from the start to the last lap. */
  double total() {
    return (last - start) / 1e9;
  }
}
