package dev.tatara.workflows;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.LedgerEntry;
import io.temporal.activity.ActivityInterface;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code evaluate} needs from the world. */
@ActivityInterface(namePrefix = "evaluate.")
public interface EvaluateActivities {
  /** Makes the artifact with the multiple-choice items. */
  Items prepare(ItemsInput input);

  /** Judges one model in a process of its own. */
  Evaluated evaluate(Candidate candidate);

  /** Which items. */
  record ItemsInput(String run, PipelineSpec spec) {}

  /** The items artifact. */
  record Items(ArtifactRef ref) {}

  /**
   * @param name {@code base}, {@code sft} or {@code dpo}
   * @param chats artifact with held-out chats; null without {@code sft}
   */
  record Candidate(
      String run,
      PipelineSpec spec,
      String name,
      ArtifactRef model,
      ArtifactRef tokens,
      ArtifactRef items,
      @Nullable ArtifactRef chats) {}

  /**
   * @param reused this model was judged before, on the same items
   * @param ledger failures that were met on the way
   */
  record Evaluated(EvaluationResult result, boolean reused, List<LedgerEntry> ledger) {
    public Evaluated {
      ledger = List.copyOf(ledger);
    }
  }
}
