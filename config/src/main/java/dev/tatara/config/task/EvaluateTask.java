package dev.tatara.config.task;

import dev.tatara.config.artifact.ArtifactRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the evaluator to judge one model.
 *
 * @param candidate {@code base}, {@code sft} or {@code dpo}
 * @param model Hugging Face folder
 * @param tokens artifact of {@code tokenize}: held-out text by language and the unigram baseline
 * @param items artifact with {@code items/<task>.jsonl.zst}: multiple-choice items
 * @param tasks names of the tasks in {@code items}
 * @param chats artifact with held-out chats ({@code heldout.jsonl.zst}); null without SFT
 * @param validationBytes held-out text per language to score, UTF-8 bytes
 * @param output key of the {@link EvaluationResult} to write
 * @param progress key of the progress object
 */
public record EvaluateTask(
    String run,
    String candidate,
    ArtifactRef model,
    ArtifactRef tokens,
    ArtifactRef items,
    List<String> tasks,
    @Nullable ArtifactRef chats,
    long validationBytes,
    String output,
    String progress) {
  public EvaluateTask {
    tasks = List.copyOf(tasks);
  }
}
