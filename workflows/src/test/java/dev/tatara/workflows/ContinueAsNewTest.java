package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.task.Intervention;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.WorkflowExecutionStartedEventAttributes;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ContinueAsNewTest {
  private final PipelineFixture fixture = new PipelineFixture();
  private final FakeWorld world = fixture.world;

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void goesOnAfterTheStageAtWorkWithAllThatIsKnown() throws Exception {
    world.hangsIn = Stage.SFT;
    TrainingPipeline pipeline = start("relay", ",\"sft\":{},\"dpo\":{}");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();
    pipeline.changeBudget(new BudgetChange(new BudgetConfig(7.0), "ada", "once more"));

    pipeline.upgrade();
    assertThat(pipeline.status().current()).isEqualTo(Stage.SFT);
    world.hangsIn = null;
    PipelineResult result = WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class);

    assertThat(runs("relay")).isEqualTo(2);
    assertThat(beginning("relay").getMemo().getFieldsMap())
        .containsOnlyKeys(TrainingPipeline.OWNER_MEMO)
        .allSatisfy(
            (key, owner) ->
                assertThat(owner.getData().toStringUtf8()).isEqualTo("{\"uid\":\"u-1\"}"));
    assertThat(world.calls.stream().filter("plan"::equals)).hasSize(1);
    assertThat(world.calls.stream().filter("train sft"::equals)).hasSize(1);
    assertThat(world.calls)
        .containsSubsequence("train sft", "prepare dpo", "evaluate base with chats", "publish dpo");
    assertThat(result.stages()).extracting(StageOutcome::state).containsOnly(State.DONE);
    assertThat(result.stages().get(0).note()).startsWith("1,000 parameters");
    assertThat(result.plan()).isNotNull();
    assertThat(result.budget()).isEqualTo(new BudgetConfig(7.0));
    assertThat(result.rankHours()).isPositive();
    assertThat(result.interventions()).extracting(Intervention::actor).containsExactly("ada");
    assertThat(fixture.changes)
        .filteredOn(outcome -> outcome.stage() == Stage.PRETRAIN)
        .as("the listener is not told again")
        .hasSize(2);
  }

  @Test
  void aRunThatIsPausedContinuesAtOnceAndStaysPaused() throws Exception {
    world.hangsIn = Stage.PRETRAIN;
    world.kept = "base";
    TrainingPipeline pipeline = start("paused", "");
    assertThat(world.atWork.await(30, TimeUnit.SECONDS)).isTrue();
    pipeline.pause();
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline, Wait.Kind.PAUSE));

    pipeline.upgrade();
    PipelineFixture.await(() -> runs("paused") == 2);
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline, Wait.Kind.PAUSE));

    assertThat(pipeline.status().paused()).isTrue();
    world.hangsIn = null;
    pipeline.resume();
    WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class);
    assertThat(world.calls.stream().filter("close tokenize"::equals)).hasSize(1);
  }

  @Test
  void aRunWithoutBudgetLeftStillWaitsForIt() {
    world.hangsIn = Stage.PRETRAIN;
    world.kept = "base";
    TrainingPipeline pipeline = start("poor", ",\"budget\":{\"rankHours\":0.0003}");
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline, Wait.Kind.BUDGET));
    double used = pipeline.status().rankHours();

    pipeline.upgrade();
    PipelineFixture.await(() -> runs("poor") == 2);
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline, Wait.Kind.BUDGET));

    assertThat(pipeline.status().rankHours()).isEqualTo(used);
    world.hangsIn = null;
    pipeline.changeBudget(new BudgetChange(new BudgetConfig(7.0), "ada", "once more"));
    WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class);
  }

  /** 2 where the newest execution goes on for another. */
  private int runs(String id) {
    return beginning(id).getContinuedExecutionRunId().isEmpty() ? 1 : 2;
  }

  private WorkflowExecutionStartedEventAttributes beginning(String id) {
    WorkflowExecution newest = WorkflowExecution.newBuilder().setWorkflowId(id).build();
    return fixture
        .environment
        .getWorkflowExecutionHistory(newest)
        .getEvents()
        .get(0)
        .getWorkflowExecutionStartedEventAttributes();
  }

  private TrainingPipeline start(String id, String more) {
    WorkflowOptions options =
        PipelineFixture.options(id).toBuilder()
            .setMemo(Map.of(TrainingPipeline.OWNER_MEMO, Map.of("uid", "u-1")))
            .build();
    WorkflowClient client = fixture.environment.getWorkflowClient();
    TrainingPipeline pipeline = client.newWorkflowStub(TrainingPipeline.class, options);
    WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document(id, more));
    return client.newWorkflowStub(TrainingPipeline.class, id);
  }
}
