package dev.tatara.config.task;

import dev.tatara.config.artifact.ArtifactRef;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the evaluator measured of one model.
 *
 * @param candidate {@code base}, {@code sft} or {@code dpo}
 * @param metrics by name: {@code bits_per_byte.<language>} and {@code
 *     unigram_bits_per_byte.<language>} (lower is better), {@code chat_loss} (nats per assistant
 *     token), {@code acc.<task>}, {@code acc_norm.<task>} (shares, higher is better), {@code
 *     acc_stderr.<task>}
 * @param counts how many items, bytes and tokens each metric rests on
 */
public record EvaluationResult(
    String candidate,
    ArtifactRef model,
    SortedMap<String, Double> metrics,
    SortedMap<String, Long> counts) {
  public EvaluationResult {
    metrics = new TreeMap<>(metrics);
    counts = new TreeMap<>(counts);
  }
}
