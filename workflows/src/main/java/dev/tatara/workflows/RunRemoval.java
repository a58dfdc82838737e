package dev.tatara.workflows;

import dev.tatara.workflows.RemovalActivities.Removed;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * Removes what a run has made from the store, unless another run refers to it. Artifacts are
 * withdrawn first, so that nobody finds them any more, and deleted some time later: a run that had
 * just found one gets it back meanwhile.
 */
@WorkflowInterface
public interface RunRemoval {
  /** How long artifacts are withdrawn before they are deleted, if nothing else is said. */
  long SECONDS = 600;

  @WorkflowMethod
  Removed remove(Removal removal);

  /**
   * What to remove.
   *
   * @param run name of a run that has ended
   * @param seconds between withdrawal and deletion; longer than a stage takes to begin
   */
  record Removal(String run, Long seconds) {
    public Removal {
      seconds = seconds == null ? SECONDS : seconds;
    }
  }
}
