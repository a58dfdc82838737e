package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.token.ChatRow;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.run.DivergenceConfig;
import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.config.run.LossConfig;
import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.trainer.gang.SoloGang;
import dev.tatara.trainer.model.HuggingFaceConfig;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.model.ModelFolder;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.objective.AssistantTokens;
import dev.tatara.trainer.objective.NextToken;
import dev.tatara.trainer.objective.Objective;
import dev.tatara.trainer.safetensors.SafeTensorsFile;
import dev.tatara.trainer.tensor.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of the optimizer against those that PyTorch did on the same batches. */
@Tag("vectors")
final class TrainingStepTest {
  private static final Path CASES = Path.of(System.getProperty("tatara.vectors"), "b_adamw");
  private static final int ROWS = 4;
  private static final int LENGTH = 64;
  private static final int STEPS = 50;

  private static ByteBuffer batches;
  private static ByteBuffer masks;
  private static JsonNode expected;

  @BeforeAll
  static void read() throws IOException {
    Engine.start(System.getenv());
    expected = Json.tree(Files.readAllBytes(CASES.resolve("expected.json")));
    try (SafeTensorsFile file = SafeTensorsFile.open(CASES.resolve("batches.safetensors"))) {
      batches = bytes(file, "batches");
      masks = bytes(file, "target_mask");
    }
  }

  private static ByteBuffer bytes(SafeTensorsFile file, String name) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) file.entry(name).bytes()).order(ByteOrder.LITTLE_ENDIAN);
    file.read(file.entry(name), 0, bytes);
    return bytes.flip();
  }

  static List<String> models() throws IOException {
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
  @MethodSource("models")
  void fiftyStepsAreThoseOfTheReference(String name) throws IOException {
    Llama model = model(name);
    assertSteps(model, new NextToken(TrainingStepTest::window, LENGTH), ROWS, expected.path(name));
    Parameters wanted = Parameters.frozen(model.parameters().layout());
    Path folder = Files.createTempDirectory("after");
    Files.copy(
        CASES.resolve(name + "/params_after_50.safetensors"), folder.resolve(ModelFolder.WEIGHTS));
    ModelFolder.load(folder, wanted);
    assertThat(farthest(model.parameters(), wanted)).isLessThan(1e-4f);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void microBatchesOfAnySizeGiveTheSameSteps(int microBatch) throws IOException {
    assertSteps(
        model("tied"),
        new NextToken(TrainingStepTest::window, LENGTH),
        microBatch,
        expected.path("grad_accum_2_microbatches"));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 2, 1})
  void maskedTargetsWeighEqually(int microBatch) throws IOException {
    assertSteps(
        model("tied"),
        new AssistantTokens(TrainingStepTest::chat, LENGTH + 1),
        microBatch,
        expected.path("masked_targets_full_batch"));
  }

  private static void assertSteps(
      Llama model, Objective objective, int microBatch, JsonNode reference) {
    assertThat(reference.size()).isGreaterThanOrEqualTo(10);
    TrainingStep training = new TrainingStep(task(microBatch), new SoloGang(), model, objective);
    for (int step = 0; step < reference.size(); step++) {
      StepReport report = training.run(step, false).report();
      JsonNode wanted = reference.get(step);
      assertThat(report.loss()).isCloseTo(wanted.path("loss").asDouble(), within(2e-5));
      assertThat(report.learningRate()).isCloseTo(wanted.path("lr").asDouble(), within(1e-12));
      double norm = wanted.path("grad_norm_before_clip").asDouble();
      assertThat(report.gradientNorm()).isCloseTo(norm, within(1e-4 * norm));
    }
  }

  private static Llama model(String name) throws IOException {
    Path folder = CASES.resolve(name).resolve("init");
    HuggingFaceConfig config = ModelFolder.config(folder);
    Parameters parameters = Parameters.trainable(ParameterLayout.of(config), Sharding.NONE);
    ModelFolder.load(folder, parameters);
    return new Llama(config, parameters, LENGTH + 1);
  }

  private static void window(long index, long[] target, int at) {
    for (int t = 0; t <= LENGTH; t++) {
      target[at + t] = token(index, t);
    }
  }

  private static ChatRow chat(long index) {
    List<Integer> ids = new ArrayList<>();
    List<Integer> mask = new ArrayList<>(List.of(0));
    for (int t = 0; t <= LENGTH; t++) {
      ids.add(token(index, t));
      if (t < LENGTH) {
        mask.add((int) masks.get((int) index * LENGTH + t));
      }
    }
    return new ChatRow(ids, mask);
  }

  private static int token(long index, int t) {
    return batches.getInt(4 * ((int) index * (LENGTH + 1) + t));
  }

  private static TrainTask task(int microBatch) {
    return new TrainTask(
        "test",
        Stage.PRETRAIN,
        "none",
        0,
        null,
        new TreeMap<>(),
        "",
        "",
        1,
        STEPS,
        LENGTH,
        ROWS,
        microBatch,
        List.of(),
        OptimizerConfig.adamW(0.003, 0.1, 0.2, 0.9, 0.95, 1e-8, 0.1, 1.0),
        0,
        LossConfig.DEFAULT,
        CheckpointConfig.every(10, 1),
        ValidationConfig.DEFAULT,
        DivergenceConfig.DEFAULT,
        ExecutionConfig.DEFAULT);
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
