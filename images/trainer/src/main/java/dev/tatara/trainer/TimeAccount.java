package dev.tatara.trainer;

import dev.tatara.config.Json;
import dev.tatara.config.task.TimeSpent;
import dev.tatara.trainer.checkpoint.CheckpointWriter;

/** Adds up where the time of training goes, on top of what earlier processes of rank 0 left. */
final class TimeAccount {
  private static final double NANOS = 1e9;

  private final TimeSpent before;
  private final CheckpointWriter writer;
  private double seconds;
  private long last = System.nanoTime();

  /**
   * Goes on from what the store remembers.
   *
   * @param writer of this process, which knows how long it kept training
   */
  TimeAccount(Place place, CheckpointWriter writer) {
    this.before =
        place
            .store()
            .readIfPresent(place.keys().timeSpent())
            .map(bytes -> Json.read(bytes, TimeSpent.class))
            .orElse(TimeSpent.NONE);
    this.writer = writer;
  }

  /** From here on, time is spent on training. */
  void start() {
    last = System.nanoTime();
  }

  /** The time since the start, or since the last lap, was; all so far. */
  TimeSpent lap() {
    long now = System.nanoTime();
    seconds += (now - last) / NANOS;
    last = now;
    return before.plus(new TimeSpent(seconds, writer.stallSeconds(), writer.begun()));
  }
}
