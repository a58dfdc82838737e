package dev.tatara.tests.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.StageOutcome.State;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.tests.pipeline.RunState;
import dev.tatara.tests.pipeline.TataraCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL, to whom and when it hurts: the weights are those of an undisturbed run. */
final class KillTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String RANK_0 = "--stage pretrain --rank 0/2";
  private static final String RANK_1 = "--stage pretrain --rank 1/2";
  private static final String TRAINER = "dev.tatara.trainer.Main train";
  private static final String EVALUATOR = "dev.tatara.evaluator.Main evaluate";

  @TempDir static Path directory;

  private static RunState run;
  private static ArtifactRef undisturbed;
  private static String weights;

  @BeforeAll
  static void runUndisturbed() throws Exception {
    run = new RunState(directory, "recovery");
    try (TataraCommand command = start()) {
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }
    undisturbed = run.artifact(Stage.PRETRAIN);
    weights = run.weights();
    assertThat(run.result().ledger()).isEmpty();
  }

  /** The data stages are reused; what is trained and judged is made again. */
  @BeforeEach
  void forgetTheModel() throws Exception {
    run.forget(Stage.PRETRAIN, Stage.EVALUATE, Stage.PUBLISH);
    run.forgetFailures();
  }

  @Test
  void killedRanksCostStepsAndNothingElse() throws Exception {
    try (TataraCommand command = start()) {
      killAt(command, RANK_1, 20);
      killAt(command, RANK_0, 90);
      killAt(command, RANK_1, 180);
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }

    assertSameModel();
    assertThat(run.result().ledger())
        .hasSize(3)
        .allSatisfy(
            entry -> {
              assertThat(entry.stage()).isEqualTo(Stage.PRETRAIN);
              assertThat(entry.evidence()).contains("9");
              assertThat(entry.secondsToRecover()).isPositive();
              assertThat(entry.resumedStep()).isLessThanOrEqualTo(entry.lastStep());
            });
    assertThat(run.result().ledger()).extracting(LedgerEntry::rank).containsExactly(1, 0, 1);
  }

  @Test
  void allRanksKilledAtOnceComeBack() throws Exception {
    try (TataraCommand command = start()) {
      awaitStep(command, 60);
      command.children(TRAINER).forEach(ProcessHandle::destroyForcibly);
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }

    assertSameModel();
  }

  @Test
  void aKilledMainProcessLeavesNobodyAndGoesOnWhenRepeated() throws Exception {
    List<ProcessHandle> ranks;
    try (TataraCommand command = start()) {
      awaitStep(command, 60);
      ranks = command.children(TRAINER);
      assertThat(ranks).hasSize(2);
      command.kill();
      for (ProcessHandle rank : ranks) {
        rank.onExit().get(20, TimeUnit.SECONDS);
      }
    }

    try (TataraCommand command = start()) {
      // The word of the first attempt is still there until the second one has restored its state.
      await(
          command,
          () -> run.progress(Stage.PRETRAIN).map(TaskProgress::restoredStep).orElse(0) > 0);
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }
    assertSameModel();
    assertThat(run.outcome(Stage.TOKENIZE).state()).isEqualTo(State.REUSED);
  }

  @Test
  void anInterruptedRunLeavesNobodyAndGoesOnWhenRepeated() throws Exception {
    try (TataraCommand command = start()) {
      awaitStep(command, 60);
      List<ProcessHandle> ranks = command.children(TRAINER);
      command.interrupt();
      assertThat(command.waitFor(Duration.ofMinutes(2))).isEqualTo(130);
      assertThat(ranks).hasSize(2).noneMatch(ProcessHandle::isAlive);
    }

    try (TataraCommand command = start()) {
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }
    assertSameModel();
  }

  @Test
  void aKilledEvaluatorIsStartedAgain() throws Exception {
    try (TataraCommand command = start()) {
      await(command, () -> !command.children(EVALUATOR).isEmpty());
      command.children(EVALUATOR).forEach(ProcessHandle::destroyForcibly);
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }

    assertSameModel();
    assertThat(run.result().evaluations()).isNotEmpty();
  }

  private static TataraCommand start() throws Exception {
    Path document = Path.of(KillTest.class.getResource("/recovery.yaml").toURI());
    return TataraCommand.start(directory, "run", document.toString());
  }

  private static void assertSameModel() {
    assertThat(run.artifact(Stage.PRETRAIN)).isEqualTo(undisturbed);
    assertThat(run.weights()).isEqualTo(weights);
  }

  private static void killAt(TataraCommand command, String rank, int step) throws Exception {
    awaitStep(command, step);
    await(command, () -> !command.children(rank).isEmpty());
    command.children(rank).forEach(ProcessHandle::destroyForcibly);
  }

  private static void awaitStep(TataraCommand command, int step) throws Exception {
    await(
        command,
        () ->
            run.progress(Stage.PRETRAIN)
                .filter(progress -> progress.done() >= step)
                .filter(progress -> progress.done() < progress.total())
                .isPresent());
  }

  private static void await(TataraCommand command, BooleanSupplier condition) throws Exception {
    Instant deadline = Instant.now().plus(LIMIT);
    while (!condition.getAsBoolean()) {
      assertThat(command.isAlive()).as(command.output()).isTrue();
      assertThat(Instant.now()).as(command.output()).isBefore(deadline);
      // The file system tells nobody when a child process comes: look again shortly.
      CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))
          .get();
    }
  }
}
