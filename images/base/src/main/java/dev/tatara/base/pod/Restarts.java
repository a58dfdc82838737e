package dev.tatara.base.pod;

import dev.tatara.config.task.ExitCode;
import java.time.Duration;

/**
 * Decides what follows the end of a process: another one in the same pod, or the end of the pod,
 * which the cluster may then replace on another node.
 */
final class Restarts {
  /**
   * Ends in a row, each soon after the start and without progress, after which another pod is worth
   * a try.
   */
  private static final int MOST_EARLY = 5;

  /** A process that lived so long had not failed at its start, though it tells of no progress. */
  private static final Duration EARLY = Duration.ofMinutes(1);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private int early;

  /** The work is done, or wants the user, or is another pod's by now: starting anew is no use. */
  static boolean isFinal(int code) {
    return code == ExitCode.DONE || code == ExitCode.FENCED || ExitCode.isUserError(code);
  }

  /** Its peers were asked to go and have saved: no failure, and they will come back. */
  static boolean isFarewell(int code) {
    return code == ExitCode.PREEMPTED;
  }

  /**
   * Takes note of an end that is not final. What misses something outside, such as the store, would
   * miss it in another pod as well.
   *
   * @param progressed it had got on with its work
   * @return false if the pod should end as well
   */
  boolean goesOn(int code, boolean progressed, Duration lived) {
    early = progressed || lived.compareTo(EARLY) >= 0 ? 0 : early + 1;
    return early < MOST_EARLY || code == ExitCode.INFRASTRUCTURE;
  }

  /** The newest end is one of several in a row for want of the same: it was told of before. */
  boolean isRepeated(int code) {
    return early > 1 && code == ExitCode.INFRASTRUCTURE;
  }

  /** How long to wait before the next start: not at all the first time. */
  Duration pause() {
    if (early <= 1) {
      return Duration.ZERO;
    }
    return early > MOST_EARLY ? LONGEST_PAUSE : Duration.ofSeconds(1L << (early - 2));
  }
}
