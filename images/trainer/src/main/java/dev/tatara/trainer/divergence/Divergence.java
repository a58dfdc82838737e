package dev.tatara.trainer.divergence;

import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.task.StepReport;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Tells a step that has gone wrong from one that is merely noisy: a value that is no number, or one
 * whose robust z-score (deviation from the median, in units of 1.4826 times the median absolute
 * deviation; Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993) lies above a
 * threshold. A pure function of the curve, so all ranks judge alike, however often it is computed.
 */
public final class Divergence {
  /** Makes the median absolute deviation of a normal distribution its standard deviation. */
  private static final double NORMAL = 1.4826;

  /** A quiet stretch must not make a small step look large: one per cent of the loss. */
  private static final double LEAST_LOSS_DEVIATION = 0.01;

  /** Norms move by a tenth from step to step even where nothing happens. */
  private static final double LEAST_NORM_DEVIATION = 0.1;

  private final DivergenceConfig config;
  private final List<Integer> changes;

  /**
   * @param changes steps done at which the data changes, so that what came before says nothing
   */
  public Divergence(DivergenceConfig config, List<Integer> changes) {
    this.config = config;
    this.changes = List.copyOf(changes);
  }

  /**
   * What is wrong with a step, in a sentence; empty if nothing is.
   *
   * @param before points of all steps before it
   */
  public Optional<String> judge(List<StepReport.Point> before, StepReport now) {
    if (!Double.isFinite(now.loss()) || !Double.isFinite(now.gradientNorm())) {
      return Optional.of(
          "loss %s and gradient norm %s at step %d are not both numbers"
              .formatted(now.loss(), now.gradientNorm(), now.step()));
    }
    List<StepReport.Point> recent = recent(before);
    if (recent.size() < config.window() / 2) {
      return Optional.empty();
    }
    double[] losses = values(recent, StepReport.Point::loss);
    double lossMedian = median(losses);
    Optional<String> loss =
        spike(
            "loss",
            now.loss(),
            lossMedian,
            deviation(losses, lossMedian, LEAST_LOSS_DEVIATION * Math.abs(lossMedian)),
            config.lossThreshold());
    if (loss.isPresent()) {
      return loss.map(text -> text + " at step " + now.step());
    }
    double[] norms = values(recent, point -> logarithm(point.gradientNorm()));
    double normMedian = median(norms);
    return spike(
            "log gradient norm",
            logarithm(now.gradientNorm()),
            normMedian,
            deviation(norms, normMedian, LEAST_NORM_DEVIATION),
            config.gradientThreshold())
        .map(text -> text + " at step " + now.step());
  }

  private List<StepReport.Point> recent(List<StepReport.Point> before) {
    int begin = Math.max(0, before.size() - config.window());
    for (int change : changes) {
      if (change <= before.size()) {
        begin = Math.max(begin, change);
      }
    }
    return before.subList(begin, before.size());
  }

  private static Optional<String> spike(
      String what, double value, double median, double deviation, double threshold) {
    double score = (value - median) / deviation;
    return score > threshold
        ? Optional.of(
            "%s %.4f lies %.1f deviations (%.4f each) above the median %.4f of the steps before, more than %s,"
                .formatted(what, value, score, deviation, median, threshold))
        : Optional.empty();
  }

  /** A norm of 0 has no logarithm, and is no spike. */
  private static double logarithm(double norm) {
    return Math.log(Math.max(norm, Double.MIN_NORMAL));
  }

  private static double[] values(
      List<StepReport.Point> points, ToDoubleFunction<StepReport.Point> of) {
    return points.stream().mapToDouble(of).toArray();
  }

  private static double deviation(double[] values, double median, double least) {
    double[] distances = Arrays.stream(values).map(value -> Math.abs(value - median)).toArray();
    return Math.max(NORMAL * median(distances), Math.max(least, Double.MIN_NORMAL));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
