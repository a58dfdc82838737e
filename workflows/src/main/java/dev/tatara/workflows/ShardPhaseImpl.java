package dev.tatara.workflows;

import dev.tatara.workflows.DataActivities.ShardsDone;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;

/** The lanes of a phase in a workflow of their own. */
final class ShardPhaseImpl implements ShardPhase {
  private final ActivityStubs activities = new ActivityStubs();
  private boolean stopping;

  @Override
  public ShardsDone run(PhaseInput input) {
    CancellationScope.current()
        .getCancellationRequest()
        .thenApply(
            reason -> {
              stopping = true;
              return reason;
            });
    ShardLanes lanes = new ShardLanes(activities.shards, () -> stopping);
    try {
      // Shards under way are waited for, not cancelled.
      Workflow.newDetachedCancellationScope(
              () -> lanes.run(input.key(), input.phase(), input.lanes()))
          .run();
    } catch (TemporalFailure e) {
      throw Failures.ofStage(input.key().stage(), e);
    }
    if (!lanes.isDone()) {
      throw new CanceledFailure("stopped between two shards");
    }
    return new ShardsDone(input.phase().shards().size());
  }
}
