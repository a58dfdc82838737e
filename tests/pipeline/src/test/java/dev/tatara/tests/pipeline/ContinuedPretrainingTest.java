package dev.tatara.tests.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.Json;
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

/** A model that others have trained is trained further, with its own tokenizer. */
@Tag("vectors")
final class ContinuedPretrainingTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int DOCUMENT = 4_000;

  /** Documents of some lines of Shakespeare, as the given model has seen others. */
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
          from: "file:%s"
          tokens: 12288
          workers: 2
          sequenceLength: 128
          batchTokens: 2048
          optimizer: {learningRate: 0.00001}
        evaluate: {validationBytes: 20k}
      """;

  @TempDir private Path directory;

  @Test
  void beginsAtTheLossOfTheGivenModelAndPublishesIt() throws Exception {
    Path vectors = Path.of(Objects.requireNonNull(System.getProperty("tatara.vectors")));
    Path given = vectors.resolve("models/tiny_llama_trained").toAbsolutePath();
    Path document = directory.resolve("given.yaml");
    Files.writeString(document, RUN.formatted(documents(vectors), given));

    tatara("run", document.toString());

    RunState run = new RunState(directory, "given");
    assertThat(run.outcome(Stage.PUBLISH).state()).isEqualTo(State.DONE);
    assertThat(run.outcome(Stage.PRETRAIN).counts()).containsEntry("parameters", 217_664L);
    List<Double> losses = losses(run);
    assertThat(losses).hasSize(6);
    assertThat(losses.get(0)).isLessThan(0.8 * Math.log(512));
    // The other engine's figure, on other documents and in longer windows; a fresh model has 6.2.
    assertThat(losses.get(0)).isCloseTo(heldOutLoss(run), within(0.6));
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      assertThat(run.published().resolve(name)).hasSameBinaryContentAs(given.resolve(name));
    }
    assertThat(Files.readAllBytes(run.published().resolve("model.safetensors")))
        .hasSameSizeAs(Files.readAllBytes(given.resolve("model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(given.resolve("model.safetensors")));
  }

  private Path documents(Path vectors) throws IOException {
    String text = Files.readString(vectors.resolve("e_tokenizer/train_en.txt")).replace('\n', ' ');
    List<String> lines = new ArrayList<>();
    for (int at = 0; at + DOCUMENT <= text.length(); at += DOCUMENT) {
      lines.add(Json.text(Map.of("text", text.substring(at, at + DOCUMENT))));
    }
    return Files.write(directory.resolve("plays.jsonl"), lines, StandardCharsets.UTF_8);
  }

  private List<Double> losses(RunState run) throws IOException {
    String uri = run.artifact(Stage.PRETRAIN).uri();
    Path artifact =
        directory.resolve("s3/tatara").resolve(uri.substring(uri.indexOf("artifacts/")));
    return Files.readAllLines(artifact.resolve("curve.jsonl")).stream()
        .map(line -> line.getBytes(StandardCharsets.UTF_8))
        .map(line -> Json.read(line, StepReport.Point.class).loss())
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
