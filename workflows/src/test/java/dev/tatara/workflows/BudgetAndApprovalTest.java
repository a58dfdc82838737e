package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.task.Intervention;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome.State;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class BudgetAndApprovalTest {
  /** Two ranks use it up in less than a second. */
  private static final String SMALL = ",\"budget\":{\"rankHours\":0.0005}";

  private static final String APPROVAL = ",\"gate\":{\"approval\":\"required\"}";

  private final PipelineFixture fixture = new PipelineFixture();
  private final FakeWorld world = fixture.world;

  BudgetAndApprovalTest() {
    world.kept = "base";
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aBudgetThatIsUsedUpEndsTheTrainersAndMoreLetsTheRunGoOn() {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("used-up", SMALL);
    awaitWait(pipeline, Wait.Kind.BUDGET);

    PipelineStatus status = pipeline.status();
    assertThat(world.trainersAlive).hasValue(0);
    assertThat(status.rankHours()).isBetween(0.0005, 0.01);
    assertThat(status.budget()).isEqualTo(new BudgetConfig(0.0005));
    assertThat(status.current()).isEqualTo(Stage.PRETRAIN);
    assertThat(status.stages().get(Stage.PRETRAIN.ordinal()).state()).isEqualTo(State.PAUSED);
    assertThat(sentence(status))
        .matches(
            "used 0\\.\\d{4} of 0\\.0005 rank-hours; temporal workflow update execute --workflow-id"
                + " used-up --name changeBudget --input '\\{\"budget\":\\{\"rankHours\":2},"
                + "\"actor\":\"NAME\",\"reason\":\"WHY\"}'");

    world.hangsIn = null;
    pipeline.changeBudget(change(2, "the loss still falls"));
    PipelineResult result = result(pipeline);

    assertThat(world.calls.stream().filter("train pretrain"::equals)).hasSize(2);
    assertThat(world.published).hasSize(1);
    assertThat(result.budget()).isEqualTo(new BudgetConfig(2.0));
    assertThat(result.rankHours()).isBetween(0.0005, 0.01);
    assertThat(result.interventions())
        .singleElement()
        .returns("changed the budget from 0.0005 to 2 rank-hours", Intervention::what)
        .returns("ada", Intervention::actor)
        .returns("the loss still falls", Intervention::reason);
  }

  @Test
  void aBudgetSmallerThanWhatIsUsedStopsTheTrainers() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("smaller", "");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(pipeline.status().budget()).isNull();

    pipeline.changeBudget(change(1e-6, "too dear"));
    awaitWait(pipeline, Wait.Kind.BUDGET);

    assertThat(world.trainersAlive).hasValue(0);
    pipeline.changeBudget(change(2e-6, "a little more"));
    PipelineFixture.await(() -> sentence(pipeline.status()).contains(" of 0.000002 rank-hours"));
    world.hangsIn = null;
    pipeline.changeBudget(change(1, "to its end"));
    assertThat(result(pipeline).interventions()).hasSize(3);
  }

  @Test
  void aBudgetThatIsRaisedInTimeDisturbsNobody() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("in-time", ",\"budget\":{\"rankHours\":0.1}");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();

    pipeline.changeBudget(change(1, "to its end"));
    pipeline.changeBudget(change(1, "said twice"));
    world.hangsIn = null;
    PipelineResult result = result(pipeline);

    assertThat(events("in-time", EventType.EVENT_TYPE_TIMER_FIRED)).isZero();
    assertThat(events("in-time", EventType.EVENT_TYPE_TIMER_CANCELED)).isPositive();
    assertThat(world.calls.stream().filter("train pretrain"::equals)).hasSize(1);
    assertThat(result.interventions()).hasSize(1);
  }

  @Test
  void whoPausesAndResumesARunWithoutBudgetIsToldOfTheBudget() {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("both", SMALL);
    awaitWait(pipeline, Wait.Kind.BUDGET);

    pipeline.pause();
    awaitWait(pipeline, Wait.Kind.PAUSE);
    assertThat(sentence(pipeline.status()))
        .isEqualTo("is paused; temporal workflow signal --workflow-id both --name resume");
    pipeline.resume();
    awaitWait(pipeline, Wait.Kind.BUDGET);

    WorkflowStub stub = WorkflowStub.fromTyped(pipeline);
    stub.cancel();
    assertThatThrownBy(() -> stub.getResult(PipelineResult.class))
        .hasCauseInstanceOf(CanceledFailure.class);
  }

  @Test
  void aModelIsPublishedOnceSomebodyHasApproved() {
    TrainingPipeline pipeline = start("approve", APPROVAL);
    awaitWait(pipeline, Wait.Kind.APPROVAL);

    assertThat(world.calls).doesNotContain("open publish");
    assertThat(sentence(pipeline.status()))
        .isEqualTo(
            "the base model waits for approval; temporal workflow update execute --workflow-id"
                + " approve --name approve --input '{\"actor\":\"NAME\",\"reason\":\"WHY\"}', or"
                + " --name reject");
    pipeline.approve(new Decision("ada", "reads well"));
    PipelineResult result = result(pipeline);

    assertThat(world.published).hasSize(1);
    assertThat(result.stages().get(Stage.GATE.ordinal()).note())
        .isEqualTo("keeps base, approved by ada: reads well");
    assertThat(result.interventions())
        .singleElement()
        .returns("approved", Intervention::what)
        .returns("ada", Intervention::actor);
  }

  @Test
  void aModelThatIsRejectedEndsTheRunAndIsNotPublished() {
    TrainingPipeline pipeline = start("reject", APPROVAL);
    awaitWait(pipeline, Wait.Kind.APPROVAL);

    pipeline.reject(new Decision("grace", "it rambles"));

    assertThatThrownBy(() -> result(pipeline))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure ->
                assertThat(failure.getOriginalMessage())
                    .isEqualTo("grace rejected the base model: it rambles. Nothing was published"));
    assertThat(world.published).isEmpty();
    assertThat(world.concluded.get(0).interventions())
        .extracting(Intervention::what)
        .containsExactly("rejected");
    assertThat(pipeline.status().waitsFor()).isNull();
  }

  @Test
  void aRunThatWaitsForApprovalCanBeCancelled() {
    TrainingPipeline pipeline = start("cancel", APPROVAL);
    awaitWait(pipeline, Wait.Kind.APPROVAL);

    WorkflowStub.fromTyped(pipeline).cancel();

    assertThatThrownBy(() -> result(pipeline)).hasCauseInstanceOf(CanceledFailure.class);
    assertThat(world.published).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "' ' | why | 1 | actor is blank, but must say who decides; write your name",
        "ada | '' | 1 | reason is blank, but must say why; write it in a few words",
        "ada | why | 0 | budget.rankHours is 0.0, but must be larger than 0",
        "ada | why | -1 | budget.rankHours is -1.0, but must be larger than 0",
        "ada | why | | budget.rankHours is not given, but must be larger than 0",
      })
  void aChangeThatMakesNoSenseIsRefused(
      String actor, String reason, Double hours, String sentence) {
    TrainingPipeline pipeline = waiting();
    BudgetConfig budget = new BudgetConfig(hours);

    assertRefused(() -> pipeline.changeBudget(new BudgetChange(budget, actor, reason)), sentence);
    assertThat(pipeline.status().budget()).isNull();
  }

  @Test
  void whoApprovesMustSayWhoAndWhy() {
    TrainingPipeline pipeline = waiting();

    assertRefused(() -> pipeline.approve(new Decision("", "fine")), "actor is blank");
    assertRefused(() -> pipeline.reject(new Decision("ada", " ")), "reason is blank");
    assertThat(pipeline.status().waitsFor()).isNotNull();
  }

  @Test
  void thereIsNothingToApproveWhereNothingWaits() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("nothing", "");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();

    assertRefused(
        () -> pipeline.approve(new Decision("ada", "fine")), "no model waits for approval");
    assertRefused(() -> pipeline.reject(new Decision("ada", "no")), "gate.approval: required");
  }

  @Test
  void tellsHowFarATrainingStageIs() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    TrainingPipeline pipeline = start("progress", "");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();

    pipeline.recordProgress(new StageProgress(Stage.PRETRAIN, 120, 240));
    pipeline.recordProgress(new StageProgress(Stage.SFT, 3, 7));

    assertThat(pipeline.status()).returns(120L, PipelineStatus::step);
    assertThat(pipeline.status()).returns(240L, PipelineStatus::steps);
    world.hangsIn = null;
    result(pipeline);
    assertThat(pipeline.status()).returns(0L, PipelineStatus::steps);
  }

  private TrainingPipeline waiting() {
    TrainingPipeline pipeline = start("waiting", APPROVAL);
    awaitWait(pipeline, Wait.Kind.APPROVAL);
    return pipeline;
  }

  private static void assertRefused(ThrowingCallable update, String sentence) {
    assertThatThrownBy(update)
        .isInstanceOf(WorkflowUpdateException.class)
        .cause()
        .hasMessageContaining(sentence);
  }

  private long events(String id, EventType type) {
    return fixture
        .environment
        .getWorkflowExecutionHistory(WorkflowExecution.newBuilder().setWorkflowId(id).build())
        .getEvents()
        .stream()
        .filter(event -> event.getEventType() == type)
        .count();
  }

  private TrainingPipeline start(String id, String more) {
    TrainingPipeline pipeline = fixture.pipeline(id);
    WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document(id, more));
    return pipeline;
  }

  private static PipelineResult result(TrainingPipeline pipeline) {
    return WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class);
  }

  private static String sentence(PipelineStatus status) {
    Wait wait = status.waitsFor();
    return wait == null ? "" : wait.sentence();
  }

  private static void awaitWait(TrainingPipeline pipeline, Wait.Kind kind) {
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline, kind));
  }

  private static BudgetChange change(double hours, String reason) {
    return new BudgetChange(new BudgetConfig(hours), "ada", reason);
  }
}
