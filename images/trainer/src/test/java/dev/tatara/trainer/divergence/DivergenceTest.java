package dev.tatara.trainer.divergence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.task.SampleRange;
import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.order.Batches;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** When a step has gone wrong, and what is left out then. */
final class DivergenceTest {
  private static final DivergenceConfig CONFIG = new DivergenceConfig(32, 12.0, 12.0, 5);

  private static StepReport step(int number, double loss, double norm) {
    return new StepReport(number, loss, norm, 1e-3, 100, 0.1, new TreeMap<>());
  }

  /** A loss that falls and a norm that wanders, both with noise. */
  private static List<StepReport.Point> healthy(int steps) {
    Random random = new Random(1);
    List<StepReport.Point> points = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      double loss = 2 + 3 * Math.exp(-i / 40.0) + 0.05 * random.nextGaussian();
      double norm = 0.6 * Math.exp(0.15 * random.nextGaussian());
      points.add(step(i + 1, loss, norm).point());
    }
    return points;
  }

  @Test
  void healthyCurveIsNeverFoundFault() {
    Divergence divergence = new Divergence(CONFIG, List.of());
    List<StepReport.Point> points = healthy(400);
    for (int i = 0; i < points.size(); i++) {
      StepReport.Point point = points.get(i);
      assertThat(
              divergence.judge(
                  points.subList(0, i), step(i + 1, point.loss(), point.gradientNorm())))
          .as("step %d", i + 1)
          .isEmpty();
    }
  }

  @Test
  void valuesThatAreNoNumbersAreFoundAtOnce() {
    Divergence divergence = new Divergence(CONFIG, List.of());
    assertThat(divergence.judge(List.of(), step(1, Double.NaN, 1)))
        .hasValueSatisfying(text -> assertThat(text).contains("loss NaN").contains("step 1"));
    assertThat(divergence.judge(List.of(), step(1, 3, Double.POSITIVE_INFINITY))).isPresent();
  }

  @Test
  void spikesOfLossAndOfGradientNormAreFoundWithTheirNumbers() {
    Divergence divergence = new Divergence(CONFIG, List.of());
    List<StepReport.Point> before = healthy(100);
    assertThat(divergence.judge(before, step(101, 4.5, 0.6)))
        .hasValueSatisfying(
            text ->
                assertThat(text).startsWith("loss 4.5000").contains("deviations").contains("101"));
    assertThat(divergence.judge(before, step(101, 2.2, 60)))
        .hasValueSatisfying(text -> assertThat(text).startsWith("log gradient norm"));
    assertThat(divergence.judge(before, step(101, 0.1, 0.001))).as("falls").isEmpty();
  }

  @Test
  void nothingIsSaidBeforeHalfAWindowIsKnownNorAcrossAChangeOfTheData() {
    List<StepReport.Point> before = healthy(100);
    assertThat(new Divergence(CONFIG, List.of()).judge(before.subList(0, 15), step(16, 99, 1)))
        .isEmpty();
    assertThat(new Divergence(CONFIG, List.of(95)).judge(before, step(101, 99, 1))).isEmpty();
    assertThat(new Divergence(CONFIG, List.of(84)).judge(before, step(101, 99, 1))).isPresent();
  }

  @Test
  void skippedBatchesAreNeverReadAndNothingElseIsLost() {
    assertThat(Rollback.reach(5)).as("1, 2, 4, 8, 16").isEqualTo(16);
    assertThat(Rollback.reach(0)).isEqualTo(1);
    assertThat(Rollback.reach(1000)).isEqualTo(64);
    Rollback first = Rollback.of(5, 8, List.of(), 32);
    assertThat(first).isEqualTo(new Rollback(5, new SampleRange(40, 48)));
    Batches batches = new Batches(8, List.of(first.skip()));
    assertThat(batches.samples(4)).containsExactly(32, 33, 34, 35, 36, 37, 38, 39);
    assertThat(batches.samples(5)).containsExactly(48, 49, 50, 51, 52, 53, 54, 55);
    assertThat(batches.step(48)).isEqualTo(5);
  }

  @Test
  void divergingAgainSoonGoesBackFurtherAndLeavesOutMore() {
    List<SampleRange> skipped = new ArrayList<>();
    skipped.add(Rollback.of(50, 8, skipped, 32).skip());
    Rollback second = Rollback.of(52, 8, skipped, 32);
    assertThat(second.step()).isEqualTo(51);
    assertThat(second.skip()).isEqualTo(new SampleRange(416, 432));
    skipped.add(second.skip());
    Rollback third = Rollback.of(53, 8, skipped, 32);
    assertThat(third.step()).isEqualTo(50);
    assertThat(third.skip().from()).isEqualTo(408);
    skipped.add(third.skip());
    assertThat(Rollback.of(500, 8, skipped, 32).step()).as("long after").isEqualTo(500);
  }
}
