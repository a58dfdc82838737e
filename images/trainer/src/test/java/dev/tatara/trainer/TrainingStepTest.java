package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.checkpoint.TrainingState;
import dev.tatara.trainer.gang.SoloGang;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ModelFolder;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.objective.NextToken;
import dev.tatara.trainer.objective.Objective;
import dev.tatara.trainer.tensor.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of the optimizer against those that PyTorch did on the same batches. */
@Tag("vectors")
final class TrainingStepTest {
  private static final Path CASES = Path.of(System.getProperty("tatara.vectors"), "b_adamw");

  /** The model of the variants. */
  private static final String VARIED = "tied";

  private static final double LOSS = 2e-5;
  private static final double MUON_LOSS = 5e-3;

  private static StepVectors vectors;
  private static JsonNode expected;

  @BeforeAll
  static void read() throws IOException {
    Engine.start(System.getenv());
    vectors = new StepVectors(CASES);
    expected = vectors.json("expected.json");
  }

  /** What there are values for, and what there is a model for. */
  static Stream<String> recorded() throws IOException {
    TreeSet<String> names = new TreeSet<>(models());
    new StepVectors(CASES).json("expected.json").fieldNames().forEachRemaining(names::add);
    return names.stream();
  }

  private static List<String> models() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      List<String> models =
          folders
              .filter(folder -> Files.exists(folder.resolve("init/config.json")))
              .map(folder -> folder.getFileName().toString())
              .sorted()
              .toList();
      assertThat(models).as("models in %s", CASES).isNotEmpty();
      return models;
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void stepsAreThoseOfTheReference(String name) throws IOException {
    if (models().contains(name)) {
      assertFullRun(name);
      return;
    }
    switch (name) {
      case "grad_accum_2_microbatches" -> assertVariant(name, vectors.rows() / 2);
      case "masked_targets_full_batch" -> assertMasked(name, vectors.rows());
      case "masked_targets_accum2_token_weighted" -> assertMasked(name, vectors.rows() / 2);
      case "masked_targets_accum2_mean_of_means_WRONG" -> assertNotMeanOfMeans(name);
      case "no_clip" ->
          assertSteps(varied(), vectors.nextToken(0), vectors.withoutClipping(), 2, name);
      case "muon_adamw_mix" -> assertMuon(name);
      // How far the reference is from itself; nothing to compute.
      case "fp32_vs_fp64", "grad_accum_max_loss_diff" ->
          assertThat(expected.path(name).toString()).isNotEmpty();
      default -> {
        assertThat(name).as("a variant that this test knows").startsWith("zloss_");
        double weight = Double.parseDouble(name.substring("zloss_".length()));
        assertSteps(varied(), vectors.nextToken(weight), vectors.adamW(), 2, name);
      }
    }
  }

  private static Llama varied() throws IOException {
    return vectors.model(VARIED, Sharding.NONE);
  }

  private static void assertFullRun(String name) throws IOException {
    assertThat(expected.path(name).size()).as("steps of %s", name).isEqualTo(vectors.steps());
    assertSteps(
        vectors.model(name, Sharding.NONE),
        vectors.nextToken(0),
        vectors.adamW(),
        vectors.rows(),
        name);
  }

  private static void assertVariant(String name, int microBatch) throws IOException {
    assertSteps(varied(), vectors.nextToken(0), vectors.adamW(), microBatch, name);
  }

  private static void assertMasked(String name, int microBatch) throws IOException {
    assertSteps(varied(), vectors.masked(), vectors.adamW(), microBatch, name);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void microBatchesOfAnySizeGiveTheSameSteps(int microBatch) throws IOException {
    assertVariant("grad_accum_2_microbatches", microBatch);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 3, 1})
  void maskedTargetsWeighEqually(int microBatch) throws IOException {
    assertMasked("masked_targets_full_batch", microBatch);
  }

  /** Averaging the means of micro-batches is the classic mistake; its numbers must not be ours. */
  private static void assertNotMeanOfMeans(String name) throws IOException {
    TrainingStep training =
        training(varied(), vectors.masked(), vectors.adamW(), vectors.rows() / 2);
    double norm = training.run(0, false).report().gradientNorm();
    double wrong = expected.path(name).path(0).path("grad_norm_before_clip").asDouble();
    assertThat(Math.abs(norm - wrong)).isGreaterThan(0.01);
  }

  private static TrainingStep training(
      Llama model, Objective objective, OptimizerConfig optimizer, int microBatch) {
    return new TrainingStep(
        vectors.task(optimizer, microBatch, 1), new SoloGang(), model, objective);
  }

  private static void assertSteps(
      Llama model, Objective objective, OptimizerConfig optimizer, int microBatch, String name)
      throws IOException {
    JsonNode reference = expected.path(name);
    assertThat(reference.size()).as("steps of %s", name).isGreaterThanOrEqualTo(10);
    TrainingStep training = training(model, objective, optimizer, microBatch);
    for (int step = 0; step < reference.size(); step++) {
      StepReport report = training.run(step, false).report();
      JsonNode wanted = reference.get(step);
      assertThat(report.loss()).isCloseTo(wanted.path("loss").asDouble(), within(LOSS));
      assertThat(report.learningRate()).isCloseTo(wanted.path("lr").asDouble(), within(1e-12));
      double norm = wanted.path("grad_norm_before_clip").asDouble();
      assertThat(report.gradientNorm()).isCloseTo(norm, within(1e-4 * norm));
      if (wanted.has("params")) {
        Checksums.assertParameters(model.parameters(), wanted.path("params"), 1e-6, 1e-4);
      }
      if (wanted.has("adam_state")) {
        JsonNode state = wanted.path("adam_state");
        Checksums.of(part(training, TrainingState.Stretch::firstMoment))
            .assertEqual(state.path("exp_avg"), 1e-4, "exp_avg");
        Checksums.of(part(training, TrainingState.Stretch::secondMoment))
            .assertEqual(state.path("exp_avg_sq"), 1e-4, "exp_avg_sq");
      }
      assertParametersOfFile(model, name, step + 1, 1e-4f);
    }
  }

  private static List<Tensor> part(
      TrainingStep training, Function<TrainingState.Stretch, Tensor> part) {
    return training.state().stretches().stream().map(part).toList();
  }

  /** Compares element by element where the parameters after this step were kept. */
  private static void assertParametersOfFile(Llama model, String name, int step, float tolerance)
      throws IOException {
    Path file = CASES.resolve("%s/params_after_%d.safetensors".formatted(name, step));
    if (Files.exists(file)) {
      Parameters wanted = Parameters.frozen(model.parameters().layout());
      Path folder = Files.createTempDirectory("after");
      Files.copy(file, folder.resolve(ModelFolder.WEIGHTS));
      ModelFolder.load(folder, wanted);
      assertThat(farthest(model.parameters(), wanted)).as("%s", file).isLessThan(tolerance);
    }
  }

  private static void assertMuon(String name) throws IOException {
    Llama model = varied();
    TrainingStep training = training(model, vectors.nextToken(0), vectors.muon(), 2);
    for (int step = 0; step < expected.path(name).size(); step++) {
      JsonNode wanted = expected.path(name).path(step);
      StepReport report = training.run(step, false).report();
      assertThat(report.loss()).isCloseTo(wanted.path("loss").asDouble(), within(MUON_LOSS));
      assertThat(report.learningRate()).isCloseTo(wanted.path("lr").asDouble(), within(1e-12));
      if (wanted.has("params")) {
        // Five roundings to 8 bits on the way: a step of 2e-3 is right to a few percent.
        Checksums.assertParameters(model.parameters(), wanted.path("params"), 1e-4, 2e-3);
      }
      assertParametersOfFile(model, "muon", step + 1, 2e-3f);
    }
  }

  /** Four rows over three ranks: one of them has a micro-batch more than the others. */
  @ParameterizedTest
  @CsvSource({
    "2,1,false",
    "3,1,false",
    "4,1,true",
    "2,2,true",
    "3,2,false",
    "4,2,false",
    "2,3,false",
    "3,3,true",
    "4,3,false"
  })
  void ranksGiveTheLossOfOne(int ranks, int zero, boolean muon) throws IOException {
    OptimizerConfig optimizer = muon ? vectors.muon() : vectors.adamW();
    List<Double> alone = losses(optimizer, 1, 1).get(0);
    for (List<Double> losses : losses(optimizer, ranks, zero)) {
      for (int step = 0; step < alone.size(); step++) {
        assertThat(losses.get(step)).isCloseTo(alone.get(step), within(muon ? MUON_LOSS : 1e-5));
      }
    }
  }

  private static List<List<Double>> losses(OptimizerConfig optimizer, int ranks, int zero) {
    return ThreadGang.run(
        ranks,
        gang -> {
          try {
            Llama model = vectors.model(VARIED, new Sharding(gang.rank(), ranks, zero));
            NextToken objective = vectors.nextToken(0);
            TrainingStep training =
                new TrainingStep(vectors.task(optimizer, 1, ranks), gang, model, objective);
            List<Double> losses = new ArrayList<>();
            for (int step = 0; step < 20; step++) {
              losses.add(training.run(step, false).report().loss());
            }
            return losses;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stepsAfterARestartAreThoseWithoutBitForBit(boolean muon) throws IOException {
    OptimizerConfig optimizer = muon ? vectors.muon() : vectors.adamW();
    Llama model = varied();
    TrainingStep training = training(model, vectors.nextToken(0), optimizer, 2);
    int half = vectors.steps() / 2;
    for (int step = 0; step < half; step++) {
      training.run(step, false);
    }
    Llama other = varied();
    TrainingStep restarted = training(other, vectors.nextToken(0), optimizer, 2);
    copy(training, restarted);
    for (int step = half; step < vectors.steps(); step++) {
      StepReport on = training.run(step, false).report();
      StepReport again = restarted.run(step, false).report();
      assertThat(again.loss()).isEqualTo(on.loss());
      assertThat(again.gradientNorm()).isEqualTo(on.gradientNorm());
    }
    assertThat(farthest(model.parameters(), other.parameters())).isZero();
  }

  private static void copy(TrainingStep from, TrainingStep to) {
    try (NoGradGuard guard = new NoGradGuard()) {
      for (int i = 0; i < from.state().stretches().size(); i++) {
        TrainingState.Stretch source = from.state().stretches().get(i);
        TrainingState.Stretch target = to.state().stretches().get(i);
        target.parameters().copy_(source.parameters());
        target.firstMoment().copy_(source.firstMoment());
        target.secondMoment().copy_(source.secondMoment());
      }
    }
    to.spreadParameters();
  }

  private static float farthest(Parameters one, Parameters other) {
    float worst = 0;
    for (ParameterLayout.Unit unit : one.layout().units()) {
      FloatPointer a = new FloatPointer(one.values(unit.number()).data_ptr());
      FloatPointer b = new FloatPointer(other.values(unit.number()).data_ptr());
      for (long i = 0; i < unit.size(); i++) {
        worst = Math.max(worst, Math.abs(a.get(i) - b.get(i)));
      }
    }
    return worst;
  }
}
