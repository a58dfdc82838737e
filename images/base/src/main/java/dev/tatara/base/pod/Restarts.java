package dev.tatara.base.pod;

import dev.tatara.config.task.ExitCode;
import java.time.Duration;

/**
 * Decides what follows the end of a process: another one in the same pod, or the end of the pod,
 * which the cluster may then replace on another node.
 */
final class Restarts {
  /** Ends in a row, each soon after the start, after which another pod is worth a try. */
  private static final int MOST_EARLY = 5;

  /** A process that lived so long had not failed at its start. */
  private static final Duration EARLY = Duration.ofMinutes(1);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(16);

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
   * Takes note of an end that is not final.
   *
   * @return false if the pod should end as well
   */
  boolean goesOn(Duration lived) {
    early = lived.compareTo(EARLY) < 0 ? early + 1 : 0;
    return early < MOST_EARLY;
  }

  /** How long to wait before the next start: not at all the first time. */
  Duration pause() {
    if (early <= 1) {
      return Duration.ZERO;
    }
    Duration pause = Duration.ofSeconds(1L << (early - 2));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
