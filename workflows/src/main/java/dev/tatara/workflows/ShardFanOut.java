package dev.tatara.workflows;

import dev.tatara.workflows.DataActivities.Phase;
import dev.tatara.workflows.DataActivities.StagePlan;
import dev.tatara.workflows.ShardPhase.PhaseInput;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.workflow.ChildWorkflowCancellationType;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;

/** Does the phases of a data stage one after another, each in a child workflow. */
final class ShardFanOut {
  private final ActivityStubs activities;
  private final StageControl control;
  private final boolean inChildren;

  /**
   * @param inChildren false in runs that began before phases were workflows
   */
  ShardFanOut(ActivityStubs activities, StageControl control, boolean inChildren) {
    this.activities = activities;
    this.control = control;
    this.inChildren = inChildren;
  }

  /** All phases. */
  void run(StagePlan plan) {
    for (Phase phase : plan.phases()) {
      control.stopIfAsked();
      if (inChildren) {
        inChild(new PhaseInput(plan.key(), phase, plan.lanes()));
      } else {
        new ShardLanes(activities.shards, control::isStopping).run(plan.key(), phase, plan.lanes());
      }
      control.stopIfAsked();
    }
  }

  private void inChild(PhaseInput input) {
    ChildWorkflowOptions options =
        ChildWorkflowOptions.newBuilder()
            .setWorkflowId(id(input))
            .setCancellationType(ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED)
            .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL)
            .build();
    ShardPhase child = Workflow.newChildWorkflowStub(ShardPhase.class, options);
    control.longWork(0, () -> child.run(input));
  }

  /**
   * Its end makes it new: after a reset of the run, an older child may still be about to end. The
   * run's name stands for the id of its workflow, which a replay outside of a server lacks.
   */
  private static String id(PhaseInput input) {
    return "%s/%s/%s-%s"
        .formatted(
            input.key().run(),
            input.key().stage().word(),
            input.phase().name(),
            Workflow.randomUUID().toString().substring(0, 8));
  }
}
