package dev.tatara.tests.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The promise of the README at a size for tests: one command, from raw text to a model. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CiRunTest {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Duration REUSE_LIMIT = Duration.ofSeconds(90);

  @TempDir static Path directory;

  private static RunState run;
  private static String output;

  @BeforeAll
  static void runOnce() throws Exception {
    run = new RunState(directory, "ci");
    output = tatara(LIMIT, "run", "config/runs/ci.yaml");
  }

  @Test
  @Order(1)
  void goesThroughAllTwelveStages() {
    assertThat(run.result().stages())
        .extracting(StageOutcome::stage)
        .containsExactly(Stage.values());
    assertThat(run.result().stages()).extracting(StageOutcome::state).containsOnly(State.DONE);
    assertThat(run.result().ledger()).isEmpty();
  }

  @Test
  @Order(1)
  void accountsForEveryDocument() {
    List<Stage> documentStages =
        List.of(Stage.COLLECT, Stage.CLEAN, Stage.DEDUP, Stage.DECONTAMINATE);
    for (Stage stage : documentStages) {
      StageOutcome outcome = run.outcome(stage);
      assertThat(outcome.account().balanced(stage.word()).total().in())
          .as(stage.word())
          .isPositive();
    }
    for (int i = 1; i < documentStages.size(); i++) {
      assertThat(run.outcome(documentStages.get(i)).account().total().in())
          .as(documentStages.get(i).word())
          .isEqualTo(run.outcome(documentStages.get(i - 1)).account().total().kept());
    }
  }

  /**
   * A model that only learned how frequent tokens are, or that got the wrong targets, misses it.
   */
  @Test
  @Order(1)
  void learnsMoreThanTokenFrequencies() {
    for (String language : List.of("en", "ja")) {
      assertThat(metric("base", "bits_per_byte." + language))
          .as(language)
          .isLessThan(0.95 * metric("base", "unigram_bits_per_byte." + language));
    }
  }

  @Test
  @Order(1)
  void learnsToChat() {
    assertThat(metric("sft", "chat_loss")).isLessThan(metric("base", "chat_loss"));
  }

  @Test
  @Order(1)
  void judgesWithTheGateAndKeepsOneModel() {
    GateVerdict verdict = Objects.requireNonNull(run.result().verdict());

    assertThat(verdict.kept()).isIn("base", "sft", "dpo");
    assertThat(output).contains("Kept: the " + verdict.kept() + " model.");
  }

  @Test
  @Order(1)
  void publishesAHuggingFaceFolder() {
    for (String file :
        List.of(
            "config.json",
            "generation_config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "README.md")) {
      assertThat(run.published().resolve(file)).isNotEmptyFile();
    }
  }

  @Test
  @Order(1)
  void reportsWhatHappened() throws Exception {
    assertThat(Files.readString(run.report()))
        .contains("<h2>Where the documents went</h2>", "<h2>Tokenizer</h2>")
        .contains("<h2>Training</h2>", "<h2>Evaluation</h2>", "<h2>Gate</h2>")
        .contains("<h2>Time per stage</h2>", "<h2>Lineage</h2>")
        .doesNotContain("https://");
  }

  @Test
  @Order(2)
  void writesTheSameTextFromTheSameSeed() throws Exception {
    String[] command = {
      "generate",
      "--model",
      run.published().toString(),
      "--prompt",
      "The",
      "--max-tokens",
      "12",
      "--temperature",
      "0.8",
      "--seed",
      "3"
    };

    String first = tatara(Duration.ofMinutes(3), command);

    assertThat(first).isNotBlank();
    assertThat(tatara(Duration.ofMinutes(3), command)).isEqualTo(first);
  }

  @Test
  @Order(3)
  void reusesEverythingTheSecondTime() throws Exception {
    String weights = run.weights();

    tatara(REUSE_LIMIT, "run", "config/runs/ci.yaml");

    assertThat(run.result().stages())
        .filteredOn(outcome -> outcome.artifact() != null && outcome.stage() != Stage.PLAN)
        .isNotEmpty()
        .extracting(StageOutcome::state)
        .containsOnly(State.REUSED);
    assertThat(run.weights()).isEqualTo(weights);
  }

  private static double metric(String candidate, String name) {
    return run.result().evaluations().stream()
        .filter(evaluation -> evaluation.candidate().equals(candidate))
        .map(evaluation -> Objects.requireNonNull(evaluation.metrics().get(name), name))
        .findFirst()
        .orElseThrow();
  }

  private static String tatara(Duration limit, String... arguments) throws Exception {
    try (TataraCommand command = TataraCommand.start(directory, arguments)) {
      int code = command.waitFor(limit);
      assertThat(code).as(command.output()).isZero();
      assertThat(command.children("")).isEmpty();
      return command.output();
    }
  }
}
