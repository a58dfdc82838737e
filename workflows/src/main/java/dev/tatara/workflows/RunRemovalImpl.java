package dev.tatara.workflows;

import dev.tatara.workflows.RemovalActivities.Removed;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Withdraws, waits, deletes. */
final class RunRemovalImpl implements RunRemoval {
  private final ActivityStubs activities = new ActivityStubs();

  @Override
  public Removed remove(Removal removal) {
    activities.removal.withdraw(removal);
    Workflow.sleep(Duration.ofSeconds(removal.seconds()));
    return activities.removal.delete(removal);
  }
}
