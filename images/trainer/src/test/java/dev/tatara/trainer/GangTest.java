package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.ScoreTask;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.TrainTask;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole gangs as processes, undisturbed. */
final class GangTest {
  private static final int STEPS = 80;

  /** From here on, rounding that differs has grown. */
  private static final int CLOSE_STEPS = 24;

  @TempDir static Path directory;
  private static Workbench bench;
  private static Undisturbed undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    bench = Workbench.open(directory);
    undisturbed =
        Undisturbed.run(bench, bench.pretrain(bench.tokens(3000), "undisturbed", 2, STEPS));
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  @Test
  void lossFallsAndTheArtifactIsAHuggingFaceFolder() {
    TrainTask task = undisturbed.task();
    List<StepReport.Point> curve = bench.curve(task);
    assertThat(curve).hasSize(STEPS);
    assertThat(curve.get(0).loss()).isCloseTo(Math.log(Workbench.VOCABULARY), within(0.1));
    assertThat(curve.get(STEPS - 1).loss()).isLessThan(curve.get(0).loss() - 0.7);
    assertThat(undisturbed.result().objects())
        .extracting(object -> object.name())
        .containsExactly(
            "config.json",
            "curve.jsonl",
            "generation_config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json");
    assertThat(undisturbed.result().counts())
        .containsEntry("steps", (long) STEPS)
        .containsEntry("tokens", (long) STEPS * 8 * Workbench.LENGTH);
    TaskProgress progress =
        Json.read(bench.store().read(task.workPrefix() + "progress.json"), TaskProgress.class);
    assertThat(progress.done()).isEqualTo(STEPS);
    assertThat(progress.epoch()).isEqualTo(1);
  }

  @Test
  void oneRankHasTheSameLossAsTwo() throws Exception {
    TrainTask alone = bench.sharded(undisturbed.again("alone"), 1, 1);
    assertThat(bench.run(alone, 1)).containsExactly(ExitCode.DONE);
    List<StepReport.Point> one = bench.curve(alone);
    List<StepReport.Point> two = bench.curve(undisturbed.task());
    for (int step = 0; step < CLOSE_STEPS; step++) {
      assertThat(one.get(step).loss()).isCloseTo(two.get(step).loss(), within(1e-5));
      assertThat(one.get(step).gradientNorm())
          .isCloseTo(two.get(step).gradientNorm(), within(1e-4));
    }
  }

  @Test
  void finishedTaskIsNotDoneAgain() throws Exception {
    TrainTask task = undisturbed.task();
    assertThat(bench.run(task, 9)).containsExactly(ExitCode.DONE, ExitCode.DONE);
  }

  @Test
  void storeThatIsGoneIsWorthAnotherTry() throws Exception {
    TrainTask task = bench.sharded(undisturbed.again("gone"), 1, 1);
    RankProcess rank =
        bench.start(task, "train", 1, 1, Map.of("S3_ENDPOINT", "http://127.0.0.1:1")).get(0);
    assertThat(rank.await()).as(rank.log()).isEqualTo(ExitCode.INFRASTRUCTURE);
    assertThat(rank.log()).contains("http://127.0.0.1:1 does not answer");
  }

  @Test
  void wrongTaskEndsWithASentenceForTheUser() throws Exception {
    TrainTask task = bench.sharded(undisturbed.task(), 3, 1);
    List<RankProcess> ranks = bench.start(task, "train", 1, 1);
    assertThat(ranks.get(0).await()).isEqualTo(ExitCode.USER);
    assertThat(ranks.get(0).log().lines().toList())
        .last()
        .asString()
        .contains("the task is for 3 ranks, WORLD_SIZE is 1");
  }

  @Test
  void chatsAndPreferencesAreLearned() throws Exception {
    ArtifactRef base = bench.artifacts().find(Stage.PRETRAIN, "undisturbed").orElseThrow();
    TrainTask sft =
        bench.task(
            Stage.SFT,
            "sft",
            null,
            Map.of(
                "model",
                base,
                "chats",
                bench.data().chats(40),
                "tokenizer",
                undisturbed.tokenizer()),
            2,
            CLOSE_STEPS,
            2e-3);
    assertThat(bench.run(sft, 1)).containsExactly(ExitCode.DONE, ExitCode.DONE);
    List<StepReport.Point> learned = bench.curve(sft);
    assertThat(learned.get(CLOSE_STEPS - 1).loss()).isLessThan(learned.get(0).loss() - 0.5);

    ArtifactRef chatModel = bench.artifacts().find(Stage.SFT, "sft").orElseThrow();
    assertThat(
            new String(
                bench.artifacts().read(chatModel, "generation_config.json"),
                StandardCharsets.UTF_8))
        .contains("3");
    TrainTask dpo =
        bench.task(
            Stage.DPO,
            "dpo",
            null,
            Map.of(
                "model",
                chatModel,
                "pairs",
                bench.data().pairs(40),
                "tokenizer",
                undisturbed.tokenizer()),
            2,
            CLOSE_STEPS,
            1e-3);
    assertThat(bench.run(dpo, 1)).containsExactly(ExitCode.DONE, ExitCode.DONE);
    List<StepReport.Point> preferred = bench.curve(dpo);
    StepReport.Point start = preferred.get(0);
    StepReport.Point end = preferred.get(CLOSE_STEPS - 1);
    assertThat(start.loss()).isCloseTo(Math.log(2), within(1e-3));
    assertThat(start.extra()).containsEntry("rewards/accuracies", 0.0);
    assertThat(end.loss()).isLessThan(0.6);
    assertThat(end.extra().get("rewards/accuracies")).isGreaterThan(0.9);
    double chosen = end.extra().getOrDefault("rewards/chosen", Double.NaN);
    double rejected = end.extra().getOrDefault("rewards/rejected", Double.NaN);
    assertThat(end.extra().get("rewards/margins")).isCloseTo(chosen - rejected, within(1e-6));
  }

  @Test
  void scoreWritesLogitsOfEachSequence() throws Exception {
    ArtifactRef base = bench.artifacts().find(Stage.PRETRAIN, "undisturbed").orElseThrow();
    bench.store().write("work/score/inputs.json", "[[4,5,6],[7]]".getBytes(StandardCharsets.UTF_8));
    ScoreTask task =
        new ScoreTask("test", base, "work/score/inputs.json", "work/score/out.safetensors");
    RankProcess process = bench.start(task, "score", 1, 1).get(0);
    assertThat(process.await()).as(process.log()).isEqualTo(ExitCode.DONE);
    byte[] bytes = bench.store().read(task.output());
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
        .contains("logits_0")
        .contains("[3,%d]".formatted(Workbench.VOCABULARY))
        .contains("logits_1");
  }
}
