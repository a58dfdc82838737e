package dev.tatara.trainer;

import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.order.ConsumedSamples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the steps done so far have left behind beside weights: their points and their samples. */
final class Trail {
  private final List<StepReport.Point> curve = new ArrayList<>();
  private final ConsumedSamples samples = new ConsumedSamples();

  /** As before the first step. */
  void clear() {
    resume(List.of(), ConsumedSamples.NONE);
  }

  /** As after the last of these points. */
  void resume(List<StepReport.Point> points, String samplesSoFar) {
    curve.clear();
    curve.addAll(points);
    samples.resume(samplesSoFar);
  }

  /** A step is done. */
  void add(StepReport.Point point, long[] itsSamples) {
    curve.add(point);
    samples.add(itsSamples);
  }

  /** The point of the newest step; there must be one. */
  StepReport.Point newest() {
    return curve.get(curve.size() - 1);
  }

  /** What was measured after the newest step. */
  void complete(SortedMap<String, Double> measured) {
    StepReport.Point point = newest();
    SortedMap<String, Double> extra = new TreeMap<>(point.extra());
    extra.putAll(measured);
    curve.set(
        curve.size() - 1,
        new StepReport.Point(
            point.step(),
            point.loss(),
            point.gradientNorm(),
            point.learningRate(),
            point.tokens(),
            extra));
  }

  /** The points of all steps, as they stand. */
  List<StepReport.Point> curve() {
    return Collections.unmodifiableList(curve);
  }

  ConsumedSamples samples() {
    return samples;
  }
}
