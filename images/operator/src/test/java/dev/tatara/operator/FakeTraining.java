package dev.tatara.operator;

import dev.tatara.workflows.StageBeat;
import dev.tatara.workflows.StageProgress;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInterface;

/** What an activity says of itself while it is at work. */
@ActivityInterface
public interface FakeTraining {
  void train(StageProgress progress);

  /** Says it once, and never ends. */
  final class Endless implements FakeTraining {
    @Override
    public void train(StageProgress progress) {
      ActivityExecutionContext context = Activity.getExecutionContext();
      context.heartbeat(new StageBeat(progress, ""));
      context.doNotCompleteOnReturn();
    }
  }
}
