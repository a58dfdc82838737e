package dev.tatara.activities.temporal;

import dev.tatara.config.task.TaskProgress;
import java.time.Duration;
import java.time.Instant;

/**
 * Which progress of a training is worth an event in the run's history: the first word and then each
 * new whole percent, but not more often than every half minute. So a stage costs at most a hundred.
 */
final class Milestones {
  private static final Duration APART = Duration.ofSeconds(30);

  private Instant last = Instant.MIN;
  private long reached = -1;

  /** Whether it trains, and knows how far. */
  static boolean isOfSteps(TaskProgress progress) {
    return progress.unit().equals("steps") && progress.total() > 0;
  }

  /** Whether this is one; if so, it is taken as told. */
  boolean isOne(TaskProgress progress, Instant now) {
    if (!isOfSteps(progress)) {
      return false;
    }
    long percent = 100 * progress.done() / progress.total();
    boolean end = percent >= 100; // the stage itself tells of its end
    if (percent <= reached || end || now.isBefore(last.plus(APART))) {
      return false;
    }
    reached = percent;
    last = now;
    return true;
  }
}
