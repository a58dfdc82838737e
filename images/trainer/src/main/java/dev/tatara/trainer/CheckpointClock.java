package dev.tatara.trainer;

import dev.tatara.config.run.CheckpointConfig;
import io.prometheus.client.Gauge;
import java.util.ArrayDeque;

/**
 * When the next checkpoint is due: after a fixed number of steps, or at the interval that loses
 * least, √(2 · cost · mean time between failures) (Young, 1974; first order of Daly, 2006), both as
 * measured. It runs on rank 0; the others hear of it with the step.
 */
final class CheckpointClock {
  /**
   * Mean time between failures of one rank before anything is known, and what that knowledge is
   * worth: as much as one failure. Llama 3's cluster had 50,000 hours per GPU (Grattafiori et al.,
   * arXiv 2407.21783, table 5), interruptible machines have days; this lies between.
   */
  static final double PRIOR_SECONDS = 1000 * 3600.0;

  /** The first checkpoint, which measures what one costs. */
  private static final int FIRST_STEPS = 10;

  private static final double FIRST_SECONDS = 5;

  /** However often the gang fails, at most this share of the time is spent on standing still. */
  private static final double MOST_STALL = 0.01;

  private static final int MEDIAN_STEPS = 21;

  private static final Gauge INTERVAL =
      Gauge.build("tatara_checkpoint_interval_steps", "Steps from one checkpoint to the next")
          .register();

  private final CheckpointConfig config;
  private final int ranks;
  private final int failures;
  private final ArrayDeque<Double> quiet = new ArrayDeque<>();
  private int lastSaved;
  private int saved;
  private double stalled;
  private double slowed;

  /**
   * @param failures how often the gang was formed anew
   * @param restored steps that are done
   */
  CheckpointClock(CheckpointConfig config, int ranks, int failures, int restored) {
    this.config = config;
    this.ranks = ranks;
    this.failures = failures;
    this.lastSaved = restored;
  }

  /** A step is done; {@code writing}: a checkpoint was being written meanwhile. */
  void step(double seconds, boolean writing) {
    if (writing) {
      slowed += Math.max(0, seconds - stepSeconds());
    } else {
      quiet.addLast(seconds);
      if (quiet.size() > MEDIAN_STEPS) {
        quiet.removeFirst();
      }
    }
  }

  /** A checkpoint was begun. */
  void saved(int step, double stall) {
    lastSaved = step;
    saved++;
    stalled += stall;
  }

  /** Whether a checkpoint is to be begun after this many steps. */
  boolean due(int step, double writeSeconds) {
    Integer keepEvery = config.keepEvery();
    int interval = interval(step, writeSeconds);
    INTERVAL.set(interval);
    Integer fixed = config.everySteps();
    boolean passed = fixed == null ? step - lastSaved >= interval : step % fixed == 0;
    return passed || (keepEvery != null && step % keepEvery == 0);
  }

  /** Steps from one checkpoint to the next. */
  int interval(int step, double writeSeconds) {
    Integer fixed = config.everySteps();
    if (fixed != null) {
      return fixed;
    }
    double stepSeconds = Math.max(stepSeconds(), 1e-6);
    if (saved == 0 || writeSeconds == 0) {
      return (int) Math.max(FIRST_STEPS, Math.ceil(FIRST_SECONDS / stepSeconds));
    }
    double cost = (stalled + slowed) / saved;
    double best = Math.sqrt(2 * cost * meanTimeBetweenFailures(step * stepSeconds));
    double seconds = Math.max(best, Math.max(writeSeconds, stalled / saved / MOST_STALL));
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.ceil(seconds / stepSeconds)));
  }

  /** The mean of a gamma prior worth one failure, and of what was seen since. */
  double meanTimeBetweenFailures(double trainedSeconds) {
    return (PRIOR_SECONDS / ranks + trainedSeconds) / (1 + failures);
  }

  private double stepSeconds() {
    double[] sorted = quiet.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
