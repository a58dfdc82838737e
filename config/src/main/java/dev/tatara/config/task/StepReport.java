package dev.tatara.config.task;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One optimizer step: the only source of logs, metrics, progress and curves.
 *
 * @param step number of the step, from 1
 * @param loss mean over the target tokens of the global batch, before the update; nats
 * @param gradientNorm global norm before clipping
 * @param learningRate rate of this step
 * @param tokens tokens of the global batch
 * @param seconds wall time of the step
 * @param extra further metrics by name, for example {@code rewards/accuracies} in {@code dpo}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record StepReport(
    int step,
    double loss,
    double gradientNorm,
    double learningRate,
    long tokens,
    double seconds,
    SortedMap<String, Double> extra) {
  /** Name of the model FLOP utilisation among the further metrics. */
  public static final String UTILISATION = "mfu";

  public StepReport {
    extra = new TreeMap<>(extra == null ? Map.of() : extra);
  }

  /** The same step with these further metrics. */
  public StepReport with(Map<String, Double> metrics) {
    return new StepReport(
        step, loss, gradientNorm, learningRate, tokens, seconds, new TreeMap<>(metrics));
  }

  /**
   * This step without its wall time: what is the same however often the step is computed, and so
   * may be part of an artifact.
   */
  public Point point() {
    SortedMap<String, Double> timeless = new TreeMap<>(extra);
    timeless.remove(UTILISATION);
    return new Point(step, loss, gradientNorm, learningRate, tokens, timeless);
  }

  /** A point of the training curve: one line of {@code curve.jsonl} in a model's artifact. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Point(
      int step,
      double loss,
      double gradientNorm,
      double learningRate,
      long tokens,
      SortedMap<String, Double> extra) {
    public Point {
      extra = new TreeMap<>(extra == null ? Map.of() : extra);
    }
  }
}
