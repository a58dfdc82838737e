package dev.tatara.cli.progress;

import dev.tatara.config.artifact.Stage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Measures how many units of the stage at work are finished per second, over the last half minute.
 */
final class RateMeter {
  private static final double WINDOW_SECONDS = 30;
  private static final double SHORTEST_SECONDS = 1;

  private final Deque<Sample> samples = new ArrayDeque<>();
  private @Nullable Stage stage;

  private record Sample(double seconds, long done) {}

  /**
   * Takes note of the progress.
   *
   * @param seconds time on a clock that never goes back
   */
  void observe(StageProgress progress, double seconds) {
    Sample last = samples.peekLast();
    // A gang that formed anew goes on from its checkpoint: what was measured before is void.
    if (progress.stage() != stage || (last != null && progress.done() < last.done())) {
      samples.clear();
      stage = progress.stage();
    }
    samples.addLast(new Sample(seconds, progress.done()));
    while (samples.size() > 2 && samples.getFirst().seconds() < seconds - WINDOW_SECONDS) {
      samples.removeFirst();
    }
  }

  /** Units per second; empty until there is enough to measure. */
  OptionalDouble perSecond() {
    if (samples.size() < 2) {
      return OptionalDouble.empty();
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    double seconds = last.seconds() - first.seconds();
    long done = last.done() - first.done();
    return seconds < SHORTEST_SECONDS || done <= 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(done / seconds);
  }

  /** Seconds until the stage is done, at this rate. */
  OptionalDouble remaining(StageProgress progress) {
    OptionalDouble rate = perSecond();
    return rate.isEmpty() || progress.total() <= progress.done()
        ? OptionalDouble.empty()
        : OptionalDouble.of((progress.total() - progress.done()) / rate.getAsDouble());
  }
}
