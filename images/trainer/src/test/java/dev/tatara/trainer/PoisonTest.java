package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.SampleRange;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.order.SampleOrder;
import dev.tatara.trainer.order.TokenWindows;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data set with poisoned rows: training goes back, leaves them out, and goes on. */
final class PoisonTest {
  private static final int STEPS = 100;
  private static final int BATCH = 8;
  private static final int PER_PART = 12_000;

  /** Takes nothing for a spike. */
  private static final DivergenceConfig UNMOVED = new DivergenceConfig(8, 1e9, 1e9, 5);

  private static final DivergenceConfig WATCHFUL = new DivergenceConfig(8, 8.0, 12.0, 5);

  /** Two poisoned batches, further apart than the window. */
  private static final List<SampleRange> POISON =
      List.of(new SampleRange(560, 568), new SampleRange(720, 728));

  @TempDir static Path directory;
  private static Workbench bench;
  private static ArtifactRef tokens;

  @BeforeAll
  static void poison() throws Exception {
    bench = Workbench.open(directory);
    ArtifactRef clean = bench.tokens(PER_PART);
    TokenWindows windows =
        new TokenWindows(bench.artifacts(), clean, Workbench.LENGTH, directory.resolve("cache"));
    TrainTask task = task("any", 1);
    SampleOrder order =
        SampleOrder.of(task.seed(), windows.streams(), task.mixture(), (long) STEPS * BATCH);
    Map<String, String> languages = new HashMap<>();
    windows
        .streams()
        .forEach(stream -> languages.put(stream.name(), String.valueOf(stream.language())));
    tokens =
        bench
            .data()
            .poisoned(
                PER_PART,
                POISON.stream()
                    .flatMapToLong(range -> LongStream.range(range.from(), range.until()))
                    .mapToObj(order::sample)
                    .map(
                        at ->
                            new SampleOrder.Sample(
                                languages.getOrDefault(at.stream(), ""), at.item()))
                    .toList());
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  private static TrainTask task(String name, int worldSize) {
    ArtifactRef data = tokens == null ? new ArtifactRef("", "") : tokens;
    return Workbench.with(bench.pretrain(data, name, worldSize, STEPS), WATCHFUL);
  }

  @Test
  void poisonedSamplesAreLeftOutAndNoneBesideWhateverIsKilled() throws Exception {
    TrainTask calm = task("poisoned", 2);
    assertThat(bench.run(calm, 1)).containsExactly(ExitCode.DONE, ExitCode.DONE);
    assertThat(bench.begun(calm, 2).skipped()).containsExactly(POISON.get(0));
    assertThat(bench.begun(calm, 3).skipped()).containsExactlyElementsOf(POISON);
    assertThat(bench.begun(calm, 3).cause()).contains("divergence: loss ").contains("at step 90");
    assertThat(bench.incidents(calm))
        .hasSize(2)
        .allSatisfy(
            incident -> {
              assertThat(incident.failureClass()).isEqualTo(FailureClass.DIVERGENCE);
              assertThat(incident.evidence()).contains("are skipped");
              assertThat(incident.secondsToRecover()).isPositive();
            });
    Manifest undisturbed = bench.result(calm);
    assertThat(undisturbed.counts()).containsEntry("samples_skipped", 16L);
    List<StepReport.Point> curve = bench.curve(calm);
    assertThat(curve).hasSize(STEPS).allMatch(point -> point.loss() < 5.7);
    assertThat(curve.get(STEPS - 1).loss()).isLessThan(3.8);

    TrainTask disturbed = task("poisoned-killed", 2);
    List<RankProcess> ranks = bench.start(disturbed, "train", 2, 1);
    ranks.get(0).awaitLine(line -> line.contains("epoch=2 continues after step="));
    ranks.get(0).kill();
    ranks.get(0).await();
    RankProcess replacement = bench.replace(disturbed, 0, 3);
    assertThat(replacement.await()).as(replacement.log()).isEqualTo(ExitCode.DONE);
    assertThat(ranks.get(1).await()).as(ranks.get(1).log()).isEqualTo(ExitCode.DONE);
    assertThat(bench.result(disturbed).objects()).isEqualTo(undisturbed.objects());
    assertThat(bench.result(disturbed).counts()).isEqualTo(undisturbed.counts());
  }

  @Test
  void divergesOnceTooOftenAndEndsWithTheEvidence() throws Exception {
    TrainTask task =
        Workbench.with(task("poisoned-limit", 1), new DivergenceConfig(8, 8.0, 12.0, 1));
    RankProcess rank = bench.start(task, "train", 1, 1).get(0);
    assertThat(rank.await()).as(rank.log()).isEqualTo(ExitCode.DIVERGED);
    assertThat(rank.log().lines().toList())
        .last()
        .asString()
        .contains("pretrain diverged again after 1 rollbacks")
        .contains("at step 90")
        .contains("samples 720 to 727");
    assertThat(bench.incidents(task))
        .hasSize(2)
        .allMatch(incident -> incident.failureClass() == FailureClass.DIVERGENCE);
  }

  /** Nothing judges a step before half a window is known; a loss that is no number is no loss. */
  @Test
  void samplesThatMakeTheLossNoNumberAreLeftOut() throws Exception {
    TrainTask base =
        bench.task(
            Stage.PRETRAIN,
            "untied",
            new ModelShape(32, 2, 4, 2, 96, false),
            Map.of("tokens", tokens, "tokenizer", tokens),
            1,
            2,
            3e-3);
    Undisturbed.run(bench, base);
    ArtifactRef model = bench.artifacts().find(Stage.PRETRAIN, "untied").orElseThrow();
    TrainTask task =
        Workbench.with(
            bench.task(
                Stage.PRETRAIN,
                "no-number",
                null,
                Map.of(
                    "model", bench.data().overflown(model), "tokens", tokens, "tokenizer", tokens),
                2,
                STEPS,
                3e-3),
            UNMOVED);
    assertThat(bench.run(task, 1)).containsExactly(ExitCode.DONE, ExitCode.DONE);
    assertThat(bench.begun(task, 2).skipped()).containsExactly(POISON.get(0));
    assertThat(bench.begun(task, 3).skipped()).containsExactlyElementsOf(POISON);
    assertThat(bench.begun(task, 3).cause())
        .contains("loss NaN and gradient norm NaN at step 90 are not both numbers");
    assertThat(bench.incidents(task))
        .hasSize(2)
        .allMatch(incident -> incident.failureClass() == FailureClass.DIVERGENCE)
        .allMatch(incident -> incident.evidence().contains("are not both numbers; samples "));
    assertThat(bench.curve(task)).hasSize(STEPS).allMatch(point -> point.loss() < 6);
    assertThat(bench.result(task).counts()).containsEntry("samples_skipped", 16L);
  }

  @Test
  void hopelessLearningRateEndsWithTheEvidenceAndWhatToDo() throws Exception {
    TrainTask task =
        Workbench.with(
            bench.task(
                Stage.PRETRAIN,
                "hopeless",
                new ModelShape(32, 2, 4, 2, 96, true),
                Map.of("tokens", tokens, "tokenizer", tokens),
                1,
                STEPS,
                1e6),
            new DivergenceConfig(64, 1e9, 1e9, 2));
    RankProcess rank = bench.start(task, "train", 1, 1).get(0);
    assertThat(rank.await()).as(rank.log()).isEqualTo(ExitCode.DIVERGED);
    assertThat(rank.log().lines().toList())
        .last()
        .asString()
        .contains("pretrain diverged again after 2 rollbacks (pretrain.divergence.limit is 2): ")
        .contains("are not both numbers. Look at the samples ")
        .contains("lower pretrain.optimizer.learningRate (now 1000000.0) or raise its warmup");
    assertThat(bench.incidents(task))
        .hasSize(3)
        .allMatch(incident -> incident.failureClass() == FailureClass.DIVERGENCE)
        .last()
        .matches(incident -> incident.secondsToRecover() < 0, "did not recover");
  }
}
