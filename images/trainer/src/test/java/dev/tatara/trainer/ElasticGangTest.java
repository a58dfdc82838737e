package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gangs of other sizes and other sharding that go on where one left off. */
final class ElasticGangTest {
  private static final int STEPS = 24;

  @TempDir static Path directory;

  @Test
  void fourRanksThenTwoThenThreeGiveTheLossOfOne() throws Exception {
    try (Workbench bench = Workbench.open(directory)) {
      ArtifactRef tokens = bench.tokens(3000);
      TrainTask alone = bench.pretrain(tokens, "alone", 1, STEPS);
      assertThat(bench.run(alone, 1)).containsExactly(ExitCode.DONE);

      TrainTask task = bench.pretrain(tokens, "elastic", 4, STEPS);
      stopAfterCheckpoint(bench, bench.sharded(task, 4, 1), 1, 5);
      stopAfterCheckpoint(bench, bench.sharded(task, 2, 2), 2, 15);
      // Eight samples over three ranks: one of them has fewer than the others. And none of them
      // has the model as a whole when it is written.
      TrainTask last = bench.sharded(task, 3, 3);
      bench.raise(last, 3);
      assertThat(bench.run(last, 3)).containsExactly(ExitCode.DONE, ExitCode.DONE, ExitCode.DONE);

      List<StepReport.Point> expected = bench.curve(alone);
      List<StepReport.Point> found = bench.curve(last);
      assertThat(found).hasSameSizeAs(expected);
      for (int step = 0; step < STEPS; step++) {
        assertThat(found.get(step).loss())
            .as("loss of step %d", step + 1)
            .isCloseTo(expected.get(step).loss(), within(1e-5));
        assertThat(found.get(step).tokens()).isEqualTo(expected.get(step).tokens());
      }
      assertThat(bench.result(last).counts())
          .as("the same samples in the same order")
          .isEqualTo(bench.result(alone).counts());
      double weights = weights(bench, alone);
      assertThat(weights(bench, last)).isCloseTo(weights, within(1e-5 * weights));
    }
  }

  private static void stopAfterCheckpoint(Workbench bench, TrainTask task, int epoch, int step)
      throws Exception {
    bench.raise(task, epoch);
    List<RankProcess> ranks = bench.start(task, "train", task.worldSize(), epoch);
    ranks.get(0).awaitLine(line -> line.contains("checkpoint step=%d ".formatted(step)));
    Workbench.kill(ranks);
  }

  /** The sum of the absolute values of all weights. */
  private static double weights(Workbench bench, TrainTask task) {
    ArtifactRef ref = bench.artifacts().find(task.stage(), task.fingerprint()).orElseThrow();
    ByteBuffer bytes =
        ByteBuffer.wrap(bench.artifacts().read(ref, "model.safetensors"))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.position((int) (Long.BYTES + bytes.getLong(0)));
    FloatBuffer floats = bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    double sum = 0;
    while (floats.hasRemaining()) {
      sum += Math.abs(floats.get());
    }
    return sum;
  }
}
