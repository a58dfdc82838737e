package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TrainingPipelineTest {
  private final PipelineFixture fixture = new PipelineFixture();
  private final FakeWorld world = fixture.world;

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void runsTheTwelveStagesInOrder() {
    PipelineResult result = run("all");

    assertThat(result.stages()).extracting(StageOutcome::stage).containsExactly(Stage.values());
    assertThat(result.stages()).extracting(StageOutcome::state).containsOnly(State.DONE);
    assertThat(world.calls.stream().filter(call -> !call.contains(" s0")))
        .containsExactly(
            "plan",
            "open collect",
            "close collect",
            "open clean",
            "close clean",
            "open dedup",
            "close dedup",
            "open decontaminate",
            "close decontaminate",
            "open tokenize",
            "close tokenize",
            "prepare pretrain",
            "train pretrain",
            "prepare sft",
            "train sft",
            "prepare dpo",
            "train dpo",
            "prepare evaluate",
            "evaluate base with chats",
            "evaluate sft with chats",
            "evaluate dpo with chats",
            "gate of 3",
            "open publish",
            "verify dpo",
            "publish dpo");
    assertThat(world.concluded).containsExactly(result);
    assertThat(result.model()).isEqualTo(FakeWorld.ref("publish"));
  }

  @Test
  void finishesAPhaseBeforeTheNextBegins() {
    world.shards = 5;

    run("phases");

    assertThat(world.calls.stream().filter(call -> call.startsWith("clean ")).toList())
        .hasSize(10)
        .satisfies(
            calls -> {
              assertThat(calls.subList(0, 5)).allMatch(call -> call.contains(" look "));
              assertThat(calls.subList(5, 10)).allMatch(call -> call.contains(" write "));
            });
  }

  @Test
  void worksOnThousandsOfShardsWithinFewActivities() {
    world.shards = 2_000;
    world.finishedBefore.addAll(
        List.of(Stage.COLLECT, Stage.CLEAN, Stage.DEDUP, Stage.DECONTAMINATE));

    run("many");

    assertThat(world.calls.stream().filter(call -> call.startsWith("tokenize write")).distinct())
        .hasSize(2_000);
  }

  @Test
  void skipsWhatTheDocumentLeavesOut() {
    world.kept = "base";

    PipelineResult result =
        fixture.pipeline("base").run(PipelineFixture.document("base", false, false));

    assertThat(states(result))
        .containsEntry(Stage.SFT, State.SKIPPED)
        .containsEntry(Stage.DPO, State.SKIPPED)
        .containsEntry(Stage.PUBLISH, State.DONE);
    assertThat(world.calls).contains("evaluate base", "gate of 1", "publish base");
    assertThat(world.published).containsExactly("s3://tatara/pretrain");
  }

  @Test
  void publishesTheModelThatTheGateKeeps() {
    world.kept = "sft";

    run("rollback");

    assertThat(world.published).containsExactly("s3://tatara/sft");
  }

  @Test
  void reusesWhatWasFinishedBefore() {
    world.finishedBefore.addAll(List.of(Stage.values()));

    PipelineResult result = run("again");

    assertThat(world.calls)
        .noneMatch(call -> call.startsWith("train") || call.startsWith("close"))
        .noneMatch(call -> call.startsWith("verify"));
    assertThat(states(result))
        .containsEntry(Stage.CLEAN, State.REUSED)
        .containsEntry(Stage.PRETRAIN, State.REUSED)
        .containsEntry(Stage.EVALUATE, State.REUSED)
        .containsEntry(Stage.PUBLISH, State.REUSED);
  }

  @Test
  void endsWithTheSentenceThatTellsTheUserWhatToDo() {
    String sentence = "collect.sources[0].uri is file:nothing; no such file. Correct the path";
    world.failures.put("open collect", FakeWorld.userError(sentence));

    assertThatThrownBy(() -> run("wrong"))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getOriginalMessage()).isEqualTo(sentence));

    StageOutcome collect = outcome("wrong", Stage.COLLECT);
    assertThat(collect.state()).isEqualTo(State.FAILED);
    assertThat(collect.note()).isEqualTo(sentence);
    assertThat(world.concluded.get(0).stages().get(1)).isEqualTo(collect);
    assertThat(world.calls).containsExactly("plan", "open collect fails");
  }

  @Test
  void triesAgainWhatFailedForReasonsOutside() {
    world.failures.put("train pretrain", new IllegalStateException("connection reset"));
    world.failures.put("clean write s00001", new IllegalStateException("connection reset"));

    PipelineResult result = run("flaky");

    assertThat(states(result)).containsEntry(Stage.PUBLISH, State.DONE);
    assertThat(world.calls)
        .containsSubsequence("clean write s00001 fails", "clean write s00001", "close clean")
        .containsSubsequence("train pretrain fails", "train pretrain");
  }

  @Test
  void failsOnceNotPerShardWhenAShardCannotBeDone() {
    world.failures.put("clean look s00001", FakeWorld.userError("shard is broken"));

    assertThatThrownBy(() -> run("shard"))
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getOriginalMessage()).isEqualTo("shard is broken"));

    assertThat(world.calls).noneMatch(call -> call.startsWith("clean write"));
  }

  @Test
  void pauseEndsTheTrainersAndResumeGoesOn() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("pause");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();

    pipeline.pause();
    await(() -> pipeline.status().stages().get(6).state() == State.PAUSED);

    assertThat(world.trainersAlive).hasValue(0);
    assertThat(pipeline.status().paused()).isTrue();
    assertThat(pipeline.status().current()).isEqualTo(Stage.PRETRAIN);

    world.hangsIn = null;
    pipeline.resume();
    PipelineResult result = WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class);

    assertThat(states(result)).containsEntry(Stage.PRETRAIN, State.DONE);
    assertThat(world.calls.stream().filter("train pretrain"::equals)).hasSize(2);
    assertThat(world.calls.stream().filter("close tokenize"::equals)).hasSize(1);
  }

  @Test
  void pauseLetsShardsEndAndBeginsNoMore() throws Exception {
    world.holdsIn = Stage.CLEAN;
    world.shards = 200;
    TrainingPipeline pipeline = start("pause-data");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();

    pipeline.pause();
    await(() -> fixture.isNewestPhaseStopping("pause-data"));
    world.release.countDown();
    await(() -> pipeline.status().stages().get(2).state() == State.PAUSED);

    assertThat(world.calls.stream().filter(call -> call.startsWith("clean look")))
        .hasSizeLessThanOrEqualTo(4);
    pipeline.resume();
    WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class);
    assertThat(world.calls).contains("clean look s00199", "publish dpo");
  }

  @Test
  void cancelEndsTheTrainersBeforeTheRunEnds() throws Exception {
    world.hangsIn = Stage.SFT;
    TrainingPipeline pipeline = start("cancel");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();

    WorkflowStub stub = WorkflowStub.fromTyped(pipeline);
    stub.cancel();

    assertThatThrownBy(() -> stub.getResult(PipelineResult.class))
        .isInstanceOf(WorkflowFailedException.class)
        .hasCauseInstanceOf(CanceledFailure.class);
    assertThat(world.trainersAlive).hasValue(0);
    assertThat(outcome("cancel", Stage.SFT).note()).isEqualTo("cancelled");
    assertThat(world.concluded.get(0).stages().get(6).state()).isEqualTo(State.DONE);
  }

  @Test
  void cancelsARunThatIsPaused() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("cancel-paused");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();
    pipeline.pause();
    await(() -> pipeline.status().stages().stream().anyMatch(s -> s.state() == State.PAUSED));

    WorkflowStub stub = WorkflowStub.fromTyped(pipeline);
    stub.cancel();

    assertThatThrownBy(() -> stub.getResult(PipelineResult.class))
        .hasCauseInstanceOf(CanceledFailure.class);
  }

  @Test
  void tellsTheLedgerWhileTheRunGoesOn() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("ledger");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();
    LedgerEntry lost = entry(-1);
    LedgerEntry recovered = entry(4.2);

    pipeline.recordFailure(lost);
    pipeline.recordFailure(recovered);
    assertThat(pipeline.ledger()).containsExactly(recovered);

    world.hangsIn = null;
    assertThat(WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class).ledger())
        .containsExactly(recovered);
  }

  @Test
  void failsAtOnceWhenTheInputIsNoRunDocument() {
    WorkflowStub stub = fixture.untyped("no-document");
    stub.start(Map.of("apiVersion", "tatara.dev/v1alpha1", "specification", Map.of()));

    assertThatThrownBy(() -> stub.getResult(20, TimeUnit.SECONDS, PipelineResult.class))
        .isInstanceOf(WorkflowFailedException.class)
        .rootCause()
        .hasMessageContaining("specification");
  }

  @Test
  void tellsTheListenerEachChange() {
    run("told");

    assertThat(fixture.changes)
        .filteredOn(outcome -> outcome.stage() == Stage.DEDUP)
        .extracting(StageOutcome::state)
        .containsExactly(State.RUNNING, State.DONE);
  }

  private PipelineResult run(String id) {
    return fixture.pipeline(id).run(PipelineFixture.document(id, true, true));
  }

  private TrainingPipeline start(String id) {
    TrainingPipeline pipeline = fixture.pipeline(id);
    WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document(id, true, true));
    return pipeline;
  }

  private StageOutcome outcome(String id, Stage stage) {
    TrainingPipeline pipeline =
        fixture.environment.getWorkflowClient().newWorkflowStub(TrainingPipeline.class, id);
    return pipeline.status().stages().get(stage.ordinal());
  }

  private static Map<Stage, State> states(PipelineResult result) {
    return result.stages().stream()
        .collect(Collectors.toMap(StageOutcome::stage, StageOutcome::state));
  }

  private static LedgerEntry entry(double seconds) {
    return new LedgerEntry(
        "2026-01-01T00:00:00Z",
        Stage.PRETRAIN,
        1,
        "pretrain-1",
        "node",
        FailureClass.INFRASTRUCTURE,
        "signal 9",
        1,
        7,
        5,
        seconds);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }
}
