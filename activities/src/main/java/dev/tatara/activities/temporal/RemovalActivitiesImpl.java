package dev.tatara.activities.temporal;

import dev.tatara.activities.retention.LiveRuns;
import dev.tatara.activities.retention.RunRecords;
import dev.tatara.base.store.Artifacts;
import dev.tatara.workflows.RemovalActivities;
import dev.tatara.workflows.RunRemoval.Removal;
import io.temporal.activity.Activity;

/** The removal of runs as activities. */
public final class RemovalActivitiesImpl implements RemovalActivities {
  private final Artifacts artifacts;

  public RemovalActivitiesImpl(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  @Override
  public void withdraw(Removal removal) {
    LiveRuns live = live();
    Attempt.at(
        () -> {
          new RunRecords(artifacts, live).withdraw(removal.run());
          return removal;
        });
  }

  @Override
  public Removed delete(Removal removal) {
    LiveRuns live = live();
    return Attempt.at(() -> new RunRecords(artifacts, live).delete(removal.run()));
  }

  private static LiveRuns live() {
    return new TemporalLiveRuns(Activity.getExecutionContext().getWorkflowClient());
  }
}
