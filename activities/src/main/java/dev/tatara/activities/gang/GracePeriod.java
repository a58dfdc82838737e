package dev.tatara.activities.gang;

import dev.tatara.config.task.TaskProgress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a gang takes to go once it was asked to: its ranks agree on a step, end it, and write a
 * checkpoint. What is killed earlier has lost the steps since the last one.
 */
final class GracePeriod {
  private static final Duration LEAST = Duration.ofMinutes(2);

  /** Longer ones hold up who drains a node. */
  private static final Duration MOST = Duration.ofHours(1);

  /** To hear of it, and to end the process afterwards. */
  private static final double MARGIN_SECONDS = 30;

  /** The one under way, the one on which all agree, and one that is slow. */
  private static final int STEPS = 3;

  /** Of a gang that has made none yet. */
  private static final double STEP_SECONDS = 20;

  /** Of one rank, to a store that all ranks write to at once. */
  private static final double BYTES_PER_SECOND = 50e6;

  private static final int WHOLE_SECONDS = 30;

  private GracePeriod() {}

  /** By the newest step of the gang, as far as it is known. */
  static Duration of(GangTask task, @Nullable TaskProgress progress) {
    if (task.checkpointBytes() == 0) {
      return LEAST;
    }
    double step =
        progress == null || progress.last() == null ? STEP_SECONDS : progress.last().seconds();
    double seconds = MARGIN_SECONDS + STEPS * step + task.checkpointBytes() / BYTES_PER_SECOND;
    // In coarse units: steps that last about as long are to give the same.
    Duration whole = Duration.ofSeconds((long) Math.ceil(seconds / WHOLE_SECONDS) * WHOLE_SECONDS);
    Duration atLeast = whole.compareTo(LEAST) > 0 ? whole : LEAST;
    return atLeast.compareTo(MOST) < 0 ? atLeast : MOST;
  }
}
