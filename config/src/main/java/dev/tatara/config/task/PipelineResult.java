package dev.tatara.config.task;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.run.BudgetConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to: the result of the workflow, and {@code runs/<run>/result.json} in the store.
 *
 * @param plan the estimate made at the start
 * @param evaluations of base, SFT and DPO model, in this order, as far as they exist
 * @param model the published Hugging Face folder
 * @param rankHours hours that ranks were held, summed over ranks
 * @param budget the last one that was set; null: none
 * @param interventions what people decided meanwhile, oldest first
 */
public record PipelineResult(
    String run,
    List<StageOutcome> stages,
    @Nullable PlanEstimate plan,
    List<LedgerEntry> ledger,
    List<EvaluationResult> evaluations,
    @Nullable GateVerdict verdict,
    @Nullable ArtifactRef model,
    Double rankHours,
    @Nullable BudgetConfig budget,
    List<Intervention> interventions) {
  public PipelineResult {
    stages = List.copyOf(stages);
    ledger = List.copyOf(ledger);
    evaluations = List.copyOf(evaluations);
    // Absent in what was recorded before they were known.
    rankHours = rankHours == null ? 0.0 : rankHours;
    interventions = interventions == null ? List.of() : List.copyOf(interventions);
  }
}
