package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.run.LossConfig;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.gang.SoloGang;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.tensor.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Dropped activations: seen in training, decided by seed and sample, absent in validation. */
@Tag("vectors")
final class DropoutTest {
  private static StepVectors vectors;

  @BeforeAll
  static void read() throws IOException {
    Engine.start(System.getenv());
    vectors = new StepVectors(Path.of(System.getProperty("tatara.vectors"), "b_adamw"));
  }

  private static TrainTask task(double dropout, int ranks) {
    LossConfig loss = new LossConfig(0.0, dropout, false);
    return vectors.task(vectors.adamW(), 2, ranks, loss);
  }

  private static StepReport step(double dropout, int step) throws IOException {
    Llama model = vectors.model("tied", Sharding.NONE);
    return new TrainingStep(task(dropout, 1), new SoloGang(), model, vectors.nextToken(0))
        .run(step, false)
        .report();
  }

  @Test
  void aStepByItselfDropsWhatItDroppedInTheRun() throws IOException {
    StepReport first = step(0.3, 7);
    StepReport again = step(0.3, 7);
    assertThat(again.loss()).isEqualTo(first.loss());
    assertThat(again.gradientNorm()).isEqualTo(first.gradientNorm());
  }

  @Test
  void droppingChangesTheStepByALittleAndNoneNotAtAll() throws IOException {
    StepReport whole = step(0, 7);
    StepReport dropped = step(0.3, 7);
    assertThat(dropped.gradientNorm()).isNotEqualTo(whole.gradientNorm());
    assertThat(dropped.loss()).isNotEqualTo(whole.loss()).isCloseTo(whole.loss(), within(0.2));
    assertThat(step(1e-9, 7).loss()).isCloseTo(whole.loss(), within(1e-5));
  }

  @Test
  void ranksDropTheSameInEveryRunOfTheirNumber() {
    assertThat(norms()).isEqualTo(norms());
  }

  private static List<Double> norms() {
    return ThreadGang.run(
        2,
        gang -> {
          try {
            Llama model = vectors.model("tied", new Sharding(gang.rank(), 2, 1));
            return new TrainingStep(task(0.3, 2), gang, model, vectors.nextToken(0))
                .run(3, false)
                .report()
                .gradientNorm();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
