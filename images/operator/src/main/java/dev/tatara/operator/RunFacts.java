package dev.tatara.operator;

import dev.tatara.workflows.PipelineStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What Temporal tells of a workflow.
 *
 * @param firstRunId id of the first execution of its chain: it stays when a long run continues as
 *     new
 * @param owner whose it is; null if it was not started by an operator
 * @param progress what the workflow itself tells; null if it has ended or no worker answers
 * @param silence why it tells nothing though it has not ended; empty if it does
 * @param failure why it failed, in the words of whoever knew best; null if it did not
 * @param model URI of what it published; null if nothing
 * @param rankHours hours that its ranks were held, as its result tells; null if it has none
 */
record RunFacts(
    String runId,
    String firstRunId,
    Phase phase,
    @Nullable Owner owner,
    @Nullable Instant started,
    @Nullable Instant closed,
    @Nullable PipelineStatus progress,
    String silence,
    @Nullable String failure,
    @Nullable String model,
    @Nullable Double rankHours) {

  /** Of a workflow. */
  enum Phase {
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELED,
    TERMINATED,
    TIMED_OUT
  }

  RunFacts telling(PipelineStatus itsProgress) {
    return with(itsProgress, "");
  }

  RunFacts silent(String why) {
    return with(null, why);
  }

  RunFacts ownedBy(Owner known) {
    return new RunFacts(
        runId,
        firstRunId,
        phase,
        known,
        started,
        closed,
        progress,
        silence,
        failure,
        model,
        rankHours);
  }

  /** Whether it is not the first execution of its chain. */
  boolean isContinued() {
    return !runId.equals(firstRunId);
  }

  private RunFacts with(@Nullable PipelineStatus itsProgress, String itsSilence) {
    return new RunFacts(
        runId,
        firstRunId,
        phase,
        owner,
        started,
        closed,
        itsProgress,
        itsSilence,
        failure,
        model,
        rankHours);
  }

  boolean isRunning() {
    return phase == Phase.RUNNING;
  }

  boolean belongsTo(String uid) {
    return owner != null && owner.uid().equals(uid);
  }
}
