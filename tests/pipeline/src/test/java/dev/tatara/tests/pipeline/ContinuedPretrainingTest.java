package dev.tatara.tests.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import dev.tatara.config.task.StepReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that others have trained are trained further, with their own tokenizers. */
@Tag("vectors")
final class ContinuedPretrainingTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int DOCUMENT = 4_000;
  private static final Path VECTORS =
      Path.of(Objects.requireNonNull(System.getProperty("tatara.vectors")));

  /** Documents of some lines of Shakespeare, as the given models have seen others. */
  private static final String RUN =
      """
      apiVersion: tatara.dev/v1alpha1
      kind: TrainingPipeline
      metadata: {name: given}
      spec:
        seed: 3
        collect:
          sources:
            - {name: plays, uri: "file:%s", format: jsonl, language: en, license: public-domain}
        clean: {languages: [en]}
        tokenize: {validationFraction: 0.2}
        pretrain:
          from: "%s"
          tokens: %d
          workers: 2
          sequenceLength: 128
          batchTokens: 2048
          optimizer: {learningRate: %s}
          validation: {everySteps: 1, tokens: 2048}
        evaluate: {validationBytes: 20k}
      """;

  @TempDir private Path directory;

  @Test
  void beginsAtTheLossOfTheGivenModelAndPublishesIt() throws Exception {
    Path given = VECTORS.resolve("models/tiny_llama_trained").toAbsolutePath();

    RunState run = run("file:" + given, 12_288, "0.00001");

    assertThat(run.outcome(Stage.PUBLISH).state()).isEqualTo(State.DONE);
    assertThat(run.outcome(Stage.PRETRAIN).counts()).containsEntry("parameters", 217_664L);
    List<Double> losses = curve(run).stream().map(StepReport.Point::loss).toList();
    assertThat(losses).hasSize(6);
    assertThat(losses.get(0)).isLessThan(0.8 * Math.log(512));
    // The other engine's figure, on other documents and in longer windows; a fresh model has 6.2.
    assertThat(losses.get(0)).isCloseTo(heldOutLoss(run), within(0.6));
    assertTokenizerOf(given, run);
    assertThat(Files.readAllBytes(run.published().resolve("model.safetensors")))
        .hasSameSizeAs(Files.readAllBytes(given.resolve("model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(given.resolve("model.safetensors")));
  }

  /** The bytes are the same, so the second run takes over what the first has made. */
  @Test
  void trainsAShardedQwenFromAStoreAndFromAFolderToTheSameBetterModel() throws Exception {
    Path given = VECTORS.resolve("models/tiny_qwen3_trained").toAbsolutePath();
    Path store = Files.createDirectories(directory.resolve("s3/tatara/models/qwen"));
    for (String name : Objects.requireNonNull(given.toFile().list())) {
      Files.copy(given.resolve(name), store.resolve(name));
    }

    RunState run = run("s3://tatara/models/qwen", 24_576, "0.003");

    assertThat(run.outcome(Stage.PRETRAIN).counts()).containsEntry("parameters", 147_904L);
    assertTokenizerOf(given, run);
    List<Double> heldOut =
        curve(run).stream()
            .map(point -> Objects.requireNonNull(point.extra().get("validation/loss.en")))
            .toList();
    // The first step of the warm-up hardly moves the given model; a fresh one has 6.6.
    assertThat(heldOut).hasSize(12);
    assertThat(heldOut.get(0)).isLessThan(5);
    assertThat(heldOut.get(11)).isLessThan(heldOut.get(0) - 0.05);
    assertThat(heldOutLoss(run)).isCloseTo(heldOut.get(11), within(0.3));
    ArtifactRef model = run.artifact(Stage.PRETRAIN);

    RunState again = run("file:" + given, 24_576, "0.003");

    assertThat(again.outcome(Stage.PRETRAIN).state()).isEqualTo(State.REUSED);
    assertThat(again.artifact(Stage.PRETRAIN)).isEqualTo(model);
  }

  private static void assertTokenizerOf(Path given, RunState run) {
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      assertThat(run.published().resolve(name)).hasSameBinaryContentAs(given.resolve(name));
    }
  }

  private RunState run(String from, int tokens, String learningRate) throws Exception {
    Path document = directory.resolve("given.yaml");
    Files.writeString(document, RUN.formatted(documents(), from, tokens, learningRate));
    tatara("run", document.toString());
    return new RunState(directory, "given");
  }

  private Path documents() throws IOException {
    String text = Files.readString(VECTORS.resolve("e_tokenizer/train_en.txt")).replace('\n', ' ');
    List<String> lines = new ArrayList<>();
    for (int at = 0; at + DOCUMENT <= text.length(); at += DOCUMENT) {
      lines.add(Json.text(Map.of("text", text.substring(at, at + DOCUMENT))));
    }
    return Files.write(directory.resolve("plays.jsonl"), lines, StandardCharsets.UTF_8);
  }

  private List<StepReport.Point> curve(RunState run) throws IOException {
    String uri = run.artifact(Stage.PRETRAIN).uri();
    Path artifact =
        directory.resolve("s3/tatara").resolve(uri.substring(uri.indexOf("artifacts/")));
    return Files.readAllLines(artifact.resolve("curve.jsonl")).stream()
        .map(line -> line.getBytes(StandardCharsets.UTF_8))
        .map(line -> Json.read(line, StepReport.Point.class))
        .toList();
  }

  /** Nats per token, from bits per byte. */
  private static double heldOutLoss(RunState run) {
    StageOutcome tokens = run.outcome(Stage.TOKENIZE);
    double bytes = Objects.requireNonNull(tokens.counts().get("validation_bytes.en"));
    double count = Objects.requireNonNull(tokens.counts().get("validation_tokens.en"));
    Double bits = run.result().evaluations().get(0).metrics().get("bits_per_byte.en");
    return Objects.requireNonNull(bits) * Math.log(2) * bytes / count;
  }

  private void tatara(String... arguments) throws Exception {
    try (TataraCommand command = TataraCommand.start(directory, arguments)) {
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }
  }
}
