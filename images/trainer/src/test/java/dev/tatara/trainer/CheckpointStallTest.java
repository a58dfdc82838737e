package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.TimeSpent;
import dev.tatara.config.task.TrainTask;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long training stands still for checkpoints when they come at the interval of their cost. */
final class CheckpointStallTest {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStallTest.class);

  /** Too few to judge a share of time by; to measure, {@code -Dtatara.stall.steps=1500}. */
  private static final int FEW_STEPS = 300;

  private static final int STEPS = Integer.getInteger("tatara.stall.steps", FEW_STEPS);

  /** 4.3 million parameters. */
  private static final ModelShape SHAPE = new ModelShape(256, 6, 8, 4, 672, true);

  private static final double MOST = 0.01;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void isToldAndBelowOnePerCentOfTheTime(int ranks, @TempDir Path directory) throws Exception {
    try (Workbench bench = Workbench.open(directory)) {
      ArtifactRef tokens = bench.tokens(12_000);
      TrainTask task =
          Workbench.with(
              bench.task(
                  Stage.PRETRAIN,
                  "stall",
                  SHAPE,
                  Map.of("tokens", tokens, "tokenizer", tokens),
                  ranks,
                  STEPS,
                  1e-3),
              CheckpointConfig.DEFAULT);
      assertThat(bench.run(task, 1)).hasSize(ranks).containsOnly(ExitCode.DONE);
      TimeSpent time =
          Json.read(bench.store().read(Workbench.keys(task).timeSpent()), TimeSpent.class);
      LOG.info(
          "{} ranks, {} parameters, {} steps: {}, {} % standstill",
          ranks,
          bench.result(task).counts().get("parameters"),
          STEPS,
          time,
          "%.3f".formatted(100 * time.stallShare()));
      assertThat(time.checkpoints()).isPositive();
      assertThat(time.stallSeconds()).isPositive();
      assertThat(time.stallShare()).isLessThan(STEPS > FEW_STEPS ? MOST : 1);
    }
  }
}
