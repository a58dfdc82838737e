package dev.tatara.config.task;

import dev.tatara.config.artifact.Stage;

/**
 * One failure and what came of it, kept for the life of the run.
 *
 * @param at time of the failure, ISO 8601 in UTC
 * @param rank rank that failed first; -1 if unknown
 * @param pod name of its process or pod
 * @param node machine it ran on
 * @param failureClass why
 * @param evidence exit code or signal and the last line of the log
 * @param epoch epoch that failed
 * @param lastStep last step that was reported before the failure
 * @param resumedStep step the next epoch began from
 * @param secondsToRecover from the failure to the first new step; negative if it did not recover
 */
public record LedgerEntry(
    String at,
    Stage stage,
    int rank,
    String pod,
    String node,
    FailureClass failureClass,
    String evidence,
    int epoch,
    int lastStep,
    int resumedStep,
    double secondsToRecover) {

  /** The same, on this pod and node. */
  public LedgerEntry on(String itsPod, String itsNode) {
    return new LedgerEntry(
        at,
        stage,
        rank,
        itsPod,
        itsNode,
        failureClass,
        evidence,
        epoch,
        lastStep,
        resumedStep,
        secondsToRecover);
  }

  /** The same for all tellings of one failure: it is told again when it has healed. */
  public String id() {
    return "%s %d %s %d".formatted(stage.word(), epoch, at, rank);
  }

  /** Steps that had to be computed again. */
  public int lostSteps() {
    return Math.max(0, lastStep - resumedStep);
  }
}
