package dev.tatara.activities.temporal;

import dev.tatara.activities.gate.Gate;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.workflows.GateActivities;

/** The gate as an activity. */
public final class GateActivitiesImpl implements GateActivities {
  @Override
  public GateVerdict judge(Evaluations evaluations) {
    return Attempt.at(() -> Gate.judge(evaluations.config(), evaluations.results()));
  }
}
