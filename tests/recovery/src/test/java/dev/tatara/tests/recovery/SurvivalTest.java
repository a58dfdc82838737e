package dev.tatara.tests.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.tests.pipeline.RunState;
import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One run through the command line that all of it happens to: a killed rank, a stopped rank, a
 * corrupt newest checkpoint, poisoned text, a rank that is asked to go. Its report is kept as
 * {@code target/survival/report.html}.
 */
final class SurvivalTest {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Path KEPT = Path.of("target", "survival", "report.html");

  @TempDir static Path directory;

  private static RunState run;
  private static Path document;

  @BeforeAll
  static void poison() throws Exception {
    run = new RunState(directory.resolve("state"), "survival");
    Path garbage = directory.resolve("poison.jsonl");
    Files.writeString(garbage, garbage());
    String template =
        Files.readString(Path.of(SurvivalTest.class.getResource("/survival.yaml").toURI()));
    document = directory.resolve("survival.yaml");
    Files.writeString(document, template.replace("POISON", garbage.toString()));
  }

  /** Rare characters in no order, between the endings that make cleaning take it for Japanese. */
  private static String garbage() {
    Random random = new Random(5);
    String[] particles = {"の", "を", "に", "は", "が", "と", "で"};
    String[] ends = {"です。", "ます。", "した。", "ない。", "ある。"};
    StringBuilder lines = new StringBuilder();
    for (int document = 0; document < 6; document++) {
      StringBuilder text = new StringBuilder();
      while (text.length() < 950) {
        text.append(rare(random)).append(particles[random.nextInt(particles.length)]);
        text.append(rare(random)).append(ends[random.nextInt(ends.length)]);
      }
      lines.append(new String(Json.bytes(Map.of("text", text.toString())), StandardCharsets.UTF_8));
      lines.append('\n');
    }
    return lines.toString();
  }

  private static String rare(Random random) {
    StringBuilder word = new StringBuilder();
    for (int length = 3 + random.nextInt(3); length > 0; length--) {
      word.appendCodePoint(0x3400 + random.nextInt(0x19b0));
    }
    return word.toString();
  }

  @Test
  void aRunThatAllOfItHappensToEndsWithTheModelOfAnUndisturbedOne() throws Exception {
    try (TataraCommand command = start()) {
      Pretraining pretraining = new Pretraining(command, run);
      pretraining.awaitStep(150);
      pretraining.rank(1).destroyForcibly();
      pretraining.awaitRecovery();

      pretraining.awaitStep(350);
      Signal.send("STOP", pretraining.rank(0));
      pretraining.awaitRecovery();

      pretraining.awaitStep(600);
      pretraining.corruptNewestCheckpoint();
      pretraining.rank(0).destroyForcibly();
      pretraining.awaitRecovery();

      pretraining.awaitStep(850);
      Signal.send("TERM", pretraining.rank(1));
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }
    ArtifactRef disturbed = run.artifact(Stage.PRETRAIN);
    List<LedgerEntry> ledger = run.result().ledger();
    keepReport();

    assertTold(
        ledger,
        FailureClass.INFRASTRUCTURE,
        entry -> entry.rank() == 1 && entry.resumedStep() >= 100);
    assertTold(ledger, FailureClass.HANG, entry -> entry.rank() == 0 && entry.resumedStep() >= 300);
    assertTold(ledger, FailureClass.INFRASTRUCTURE, entry -> entry.evidence().contains("SHA-256"));
    assertTold(ledger, FailureClass.PREEMPTED, entry -> entry.lostSteps() < 10);
    assertTold(ledger, FailureClass.DIVERGENCE, entry -> entry.evidence().contains("are skipped"));
    assertThat(Files.readString(run.report()))
        .contains("infrastructure", "hang", "preempted", "divergence");

    run.forget(Stage.PRETRAIN, Stage.EVALUATE, Stage.PUBLISH);
    run.forgetFailures();
    try (TataraCommand command = start()) {
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }
    assertThat(run.result().ledger())
        .as("only the poison")
        .isNotEmpty()
        .allMatch(entry -> entry.failureClass() == FailureClass.DIVERGENCE);
    assertThat(run.artifact(Stage.PRETRAIN)).isEqualTo(disturbed);
  }

  private static TataraCommand start() throws IOException {
    return TataraCommand.start(run.directory(), "run", document.toString());
  }

  private static void assertTold(
      List<LedgerEntry> ledger, FailureClass failureClass, Predicate<LedgerEntry> which) {
    assertThat(ledger)
        .filteredOn(entry -> entry.failureClass() == failureClass)
        .filteredOn(which)
        .isNotEmpty()
        .allMatch(entry -> entry.secondsToRecover() >= 0);
  }

  private static void keepReport() throws IOException {
    Files.createDirectories(KEPT.getParent());
    Files.copy(run.report(), KEPT, StandardCopyOption.REPLACE_EXISTING);
  }
}
