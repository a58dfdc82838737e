package dev.tatara.config.task;

import dev.tatara.config.artifact.ArtifactRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to: the result of the workflow, and {@code runs/<run>/result.json} in the store.
 *
 * @param plan the estimate made at the start
 * @param evaluations of base, SFT and DPO model, in this order, as far as they exist
 * @param model the published Hugging Face folder
 */
public record PipelineResult(
    String run,
    List<StageOutcome> stages,
    @Nullable PlanEstimate plan,
    List<LedgerEntry> ledger,
    List<EvaluationResult> evaluations,
    @Nullable GateVerdict verdict,
    @Nullable ArtifactRef model) {
  public PipelineResult {
    stages = List.copyOf(stages);
    ledger = List.copyOf(ledger);
    evaluations = List.copyOf(evaluations);
  }
}
