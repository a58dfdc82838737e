package dev.tatara.workflows;

import dev.tatara.workflows.DataActivities.Phase;
import dev.tatara.workflows.DataActivities.ShardsDone;
import dev.tatara.workflows.DataActivities.StageKey;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * Works on the shards of one phase of a data stage: a child of the run, so that the history of
 * neither grows with the number of shards. To cancel it is to let the shards under way end, and to
 * begin no more.
 */
@WorkflowInterface
public interface ShardPhase {
  @WorkflowMethod
  ShardsDone run(PhaseInput input);

  /**
   * What to do.
   *
   * @param lanes activities that may be under way at once
   */
  record PhaseInput(StageKey key, Phase phase, int lanes) {}
}
