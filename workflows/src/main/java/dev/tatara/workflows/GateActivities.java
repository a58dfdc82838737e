package dev.tatara.workflows;

import dev.tatara.config.run.GateConfig;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import io.temporal.activity.ActivityInterface;
import java.util.List;

/** What {@code gate} needs from the world. */
@ActivityInterface(namePrefix = "gate.")
public interface GateActivities {
  /** Chooses the model that the run keeps. */
  GateVerdict judge(Evaluations evaluations);

  /**
   * @param results of base, SFT and DPO model, in this order, as far as they exist
   */
  record Evaluations(String run, GateConfig config, List<EvaluationResult> results) {
    public Evaluations {
      results = List.copyOf(results);
    }
  }
}
