package dev.tatara.workflows;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.VerifyTask.Verification;
import io.temporal.activity.ActivityInterface;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code publish} needs from the world. */
@ActivityInterface(namePrefix = "publish.")
public interface PublishActivities {
  /** Looks for the finished artifact. */
  Opened open(Publication publication);

  /**
   * Computes the logits of the model with the trainer and with the evaluator's independent engine.
   * Fails if they differ by more than the tolerance.
   */
  Verified verify(Publication publication);

  /** Writes the Hugging Face folder with its model card. */
  StageArtifact publish(Publication publication);

  /** Writes what the run came to into the store, for reports. */
  PipelineResult conclude(PipelineResult result);

  /**
   * @param kept {@code base}, {@code sft} or {@code dpo}
   * @param model the model that the gate kept
   * @param inputs artifacts of the stages before
   */
  record Publication(
      String run,
      PipelineSpec spec,
      String kept,
      ArtifactRef model,
      SortedMap<Stage, ArtifactRef> inputs,
      List<EvaluationResult> evaluations,
      GateVerdict verdict) {
    public Publication {
      inputs = new TreeMap<>(inputs);
      evaluations = List.copyOf(evaluations);
    }
  }

  /**
   * @param reused the published folder, if it exists
   */
  record Opened(@Nullable StageArtifact reused) {}

  /**
   * @param ledger failures that were met on the way
   */
  record Verified(Verification verification, List<LedgerEntry> ledger) {
    public Verified {
      ledger = List.copyOf(ledger);
    }
  }
}
