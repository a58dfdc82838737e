package dev.tatara.workflows;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.Intervention;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PlanEstimate;
import dev.tatara.config.task.StageOutcome;
import io.temporal.workflow.ContinueAsNewOptions;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run hands to itself when it continues as new: a second argument of the workflow, which
 * nobody else gives.
 *
 * @param began when each stage began that did, milliseconds since 1970
 * @param used rank-milliseconds
 * @param starved the stage wants ranks, and the budget had none left
 */
record Carried(
    List<StageOutcome> stages,
    SortedMap<Stage, Long> began,
    List<LedgerEntry> ledger,
    @Nullable PlanEstimate plan,
    @Nullable ArtifactRef chats,
    List<EvaluationResult> evaluations,
    @Nullable GateVerdict verdict,
    @Nullable BudgetConfig budget,
    long used,
    boolean starved,
    List<Intervention> interventions,
    boolean paused) {
  Carried {
    stages = List.copyOf(stages);
    began = new TreeMap<>(began);
    ledger = List.copyOf(ledger);
    evaluations = List.copyOf(evaluations);
    interventions = List.copyOf(interventions);
  }

  /** What goes along beside: search attributes do by themselves, the memo does not. */
  static ContinueAsNewOptions options() {
    ContinueAsNewOptions.Builder options = ContinueAsNewOptions.newBuilder();
    Object owner = Workflow.getMemo(TrainingPipeline.OWNER_MEMO, Object.class);
    if (owner != null) {
      options.setMemo(Map.of(TrainingPipeline.OWNER_MEMO, owner));
    }
    return options.build();
  }
}
