package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.ModelShape.Architecture;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.tensor.Engine;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class UtilisationTest {
  @BeforeAll
  static void startEngine() {
    Engine.start(System.getenv());
  }

  private static Llama model(Architecture architecture) {
    ModelShape shape = new ModelShape(32, 2, 4, 2, 48, true, architecture);
    HuggingFaceConfig config = HuggingFaceConfig.fresh(shape, 61, 16, 0, 1);
    return new Llama(config, Parameters.frozen(ParameterLayout.of(config)), 16);
  }

  private static StepReport report(@Nullable Double peakFlops) {
    Llama model = model(Architecture.LLAMA);
    return new Utilisation(task(peakFlops), model)
        .of(new StepReport(3, 4, 1, 1e-3, 1000, 0.5, new TreeMap<>()));
  }

  private static TrainTask task(@Nullable Double peakFlops) {
    return new TrainTask(
        "test",
        Stage.PRETRAIN,
        "none",
        0,
        null,
        new TreeMap<>(),
        "",
        "",
        2,
        10,
        16,
        4,
        2,
        List.of(),
        OptimizerConfig.DEFAULT,
        0,
        LossConfig.DEFAULT,
        CheckpointConfig.DEFAULT,
        ValidationConfig.DEFAULT,
        DivergenceConfig.DEFAULT,
        new ExecutionConfig(1, false, ExecutionConfig.Precision.FP32, peakFlops));
  }

  @Test
  void countsWhatTheModelNeedsOverWhatAllRanksCouldDo() {
    double perToken =
        6.0 * model(Architecture.LLAMA).parameters().layout().parameters() + 12.0 * 2 * 32 * 16;
    assertThat(report(1e9).extra().get(StepReport.UTILISATION))
        .isCloseTo(perToken * 1000 / 0.5 / 2e9, within(1e-12));
    assertThat(report(null).extra()).isEmpty();
  }

  @Test
  void isNoPartOfTheCurveBecauseItRestsOnTime() {
    assertThat(report(1e9).point().extra()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void plannedParametersAreThoseOfTheModel(Architecture architecture) {
    ModelShape shape = new ModelShape(32, 2, 4, 2, 48, false, architecture);
    HuggingFaceConfig config = HuggingFaceConfig.fresh(shape, 61, 16, 0, 1);
    assertThat(shape.parameters(61)).isEqualTo(ParameterLayout.of(config).parameters());
  }
}
