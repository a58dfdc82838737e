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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL, to whom and when it hurts: the weights are those of an undisturbed run. */
final class KillTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
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
      Pretraining pretraining = new Pretraining(command, run);
      killAt(pretraining, 1, 20);
      killAt(pretraining, 0, 90);
      killAt(pretraining, 1, 180);
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
      Pretraining pretraining = new Pretraining(command, run);
      pretraining.awaitStep(60);
      pretraining.ranks().forEach(ProcessHandle::destroyForcibly);
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }

    assertSameModel();
  }

  @Test
  void aKilledMainProcessLeavesNobodyAndGoesOnWhenRepeated() throws Exception {
    List<ProcessHandle> ranks;
    try (TataraCommand command = start()) {
      Pretraining pretraining = new Pretraining(command, run);
      pretraining.awaitStep(60);
      ranks = pretraining.ranks();
      assertThat(ranks).hasSize(2);
      command.kill();
      for (ProcessHandle rank : ranks) {
        rank.onExit().get(20, TimeUnit.SECONDS);
      }
    }

    try (TataraCommand command = start()) {
      // The word of the first attempt is still there until the second one has restored its state.
      new Pretraining(command, run)
          .await(() -> run.progress(Stage.PRETRAIN).map(TaskProgress::restoredStep).orElse(0) > 0);
      assertThat(command.waitFor(LIMIT)).as(command.output()).isZero();
    }
    assertSameModel();
    assertThat(run.outcome(Stage.TOKENIZE).state()).isEqualTo(State.REUSED);
  }

  @Test
  void anInterruptedRunLeavesNobodyAndGoesOnWhenRepeated() throws Exception {
    try (TataraCommand command = start()) {
      Pretraining pretraining = new Pretraining(command, run);
      pretraining.awaitStep(60);
      List<ProcessHandle> ranks = pretraining.ranks();
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
      new Pretraining(command, run).await(() -> !command.children(EVALUATOR).isEmpty());
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

  private static void killAt(Pretraining pretraining, int rank, int step) throws Exception {
    pretraining.awaitStep(step);
    pretraining.rank(rank).destroyForcibly();
  }
}
