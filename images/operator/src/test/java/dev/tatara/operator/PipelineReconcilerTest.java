package dev.tatara.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.k8s.resource.PipelineResource;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.workflows.PipelineJson;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.StageProgress;
import dev.tatara.workflows.StageTrouble;
import dev.tatara.workflows.TaskQueues;
import io.fabric8.kubernetes.api.model.Condition;
import io.prometheus.client.CollectorRegistry;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against Temporal's test server; what Kubernetes makes of it is tested on a cluster. */
@Timeout(60)
class PipelineReconcilerTest {
  private static final OperatorSettings SETTINGS =
      new OperatorSettings("models", Set.of("models"), "lease", "s3://tatara/");

  private TestWorkflowEnvironment temporal;
  private PipelineResource resource;

  @BeforeEach
  void start() {
    temporal =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setUseTimeskipping(false)
                .setWorkflowClientOptions(
                    WorkflowClientOptions.newBuilder()
                        .setDataConverter(PipelineJson.converter())
                        .build())
                .build());
    Worker worker = temporal.newWorker(TaskQueues.WORKFLOWS);
    worker.registerWorkflowImplementationTypes(FakePipeline.class);
    worker.registerActivitiesImplementations(new FakeTraining.Endless());
    temporal.start();
    resource = Examples.resource("7");
  }

  @AfterEach
  void stop() {
    temporal.close();
  }

  @Test
  void aResourceIsStartedOnceHoweverOftenItIsLookedAt() {
    PipelineResourceStatus first = look();
    String run = first.runId();

    assertThat(Headline.remembered(first)).map(Headline::reason).hasValue("Training");
    assertThat(first.step()).isEqualTo(5);
    assertThat(look()).isEqualTo(first);
    resource.setStatus(null); // the operator died before it wrote the status
    assertThat(look().runId()).isEqualTo(run);
  }

  @Test
  void theStepIsThatOfTheNewestHeartbeat() {
    assertThat(look().step()).isEqualTo(5);
    workflow().signal("recordProgress", new StageProgress(Stage.SFT, 900, 1000));
    workflow().signal("recordProgress", new StageProgress(Stage.PRETRAIN, 1234, 5000));

    PipelineResourceStatus status = look();
    while (Objects.equals(status.step(), 5L)) {
      status = look();
    }

    assertThat(status.step()).isEqualTo(1234);
    assertThat(status.steps()).isEqualTo(5000);
    assertThat(Headline.remembered(status))
        .hasValueSatisfying(
            headline -> assertThat(headline.sentence()).contains("1234").contains("5000"));
  }

  @Test
  void anEndedRunIsNotStartedAgainAndTellsItsModel() {
    look();
    workflow().signal("resume");
    workflow().getResult(Void.class);

    PipelineResourceStatus status = look();

    assertThat(status.model()).isEqualTo("s3://tatara/publish/abc");
    assertThat(Headline.remembered(status)).map(Headline::type).hasValue("Succeeded");
    resource.setStatus(null);
    assertThat(look().runId()).as("without its status as well").isEqualTo(status.runId());
  }

  @Test
  void aFailureIsToldInTheRunsOwnWords() {
    look();
    workflow().signal("recordTrouble", new StageTrouble(Stage.PRETRAIN, "No node has room"));
    assertThat(Headline.remembered(look()))
        .hasValueSatisfying(
            headline -> assertThat(headline.sentence()).contains("No node has room"));
    workflow().signal("resume");
    assertThatThrownBy(() -> workflow().getResult(Void.class))
        .isInstanceOf(WorkflowFailedException.class);

    assertThat(Headline.remembered(look()))
        .hasValueSatisfying(
            headline -> {
              assertThat(headline.type()).isEqualTo("Failed");
              assertThat(headline.sentence())
                  .startsWith(
                      "No node has room. What it came to is in"
                          + " s3://tatara/runs/models-ci/result.json");
            });
  }

  @Test
  void anEditIsRefusedWhileTheRunIsAtWorkAndStartsAnotherAfterwards() {
    String first = look().runId();
    edit(2, spec -> spec.put("seed", 8));

    Condition accepted = condition(look(), "Accepted");
    assertThat(accepted.getReason()).isEqualTo("SpecChangeRefused");
    assertThat(accepted.getMessage()).startsWith("spec.seed changed");

    workflow().signal("resume");
    workflow().getResult(Void.class);
    PipelineResourceStatus second = look();
    assertThat(second.runId()).isNotEqualTo(first);
    assertThat(second.specGeneration()).isEqualTo(2);
    assertThat(condition(second, "Accepted").getStatus()).isEqualTo("True");
  }

  @Test
  void aBudgetIsChangedByAnUpdateThatNamesTheGeneration() {
    String run = look().runId();
    edit(2, spec -> spec.putObject("budget").put("rankHours", 9));

    PipelineResourceStatus status = look();

    assertThat(condition(status, "Accepted").getStatus()).isEqualTo("True");
    assertThat(status.specGeneration()).isEqualTo(2);
    assertThat(status.runId()).isEqualTo(run);
    assertThat(workflow().query("status", PipelineStatus.class).budget())
        .isEqualTo(new BudgetConfig(9.0));

    edit(3, spec -> spec.putObject("budget").put("rankHours", 13));
    assertThat(condition(look(), "Accepted"))
        .extracting(Condition::getStatus, Condition::getReason, Condition::getMessage)
        .containsExactly(
            "False",
            "BudgetRefused",
            "the run refuses its new budget: operator wants 13, generation 3 of the resource ci in"
                + " namespace models");
    edit(4, spec -> spec.remove("budget"));
    assertThat(condition(look(), "Accepted").getMessage()).contains("was taken away");
  }

  @Test
  void aWorkflowOfSomebodyElseIsLeftAlone() {
    look();
    PipelineResource other = Examples.resource("7");
    other.getMetadata().setUid("uid-2");
    resource = other;

    PipelineResourceStatus status = look();

    assertThat(condition(status, "Accepted").getReason()).isEqualTo("NameTaken");
    assertThat(status.runId()).isNull();
  }

  @Test
  void aRunThatContinuesAsNewIsKnownByWhereItBegan() {
    PipelineResourceStatus first = look();
    workflow().signal("recordTrouble", new StageTrouble(Stage.PRETRAIN, FakePipeline.LONG));
    workflow().signal("resume");
    PipelineResourceStatus second = look();
    while (Objects.equals(second.runId(), first.runId())) {
      second = look();
    }

    assertThat(second.firstRunId()).isEqualTo(first.runId());
    assertThat(condition(second, "Accepted").getStatus()).isEqualTo("True");
    assertThat(Headline.remembered(second)).map(Headline::type).hasValue("Running");
    resource.setStatus(null);
    assertThat(look().runId()).as("without its status as well").isEqualTo(second.runId());
  }

  @Test
  void temporalThatIsAwayIsSaidInASentence() {
    WorkflowServiceStubs nowhere =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget("127.0.0.1:1").build());
    PipelineReconciler reconciler = reconciler(WorkflowClient.newInstance(nowhere));

    assertThatThrownBy(() -> reconciler.next(resource))
        .isInstanceOf(TemporalAwayException.class)
        .hasMessageContaining("Temporal at 127.0.0.1:1 does not answer (UNAVAILABLE)")
        .hasMessageContaining("temporal.address");
    nowhere.shutdownNow();
  }

  /** One look, whose status is written as Kubernetes would. */
  private PipelineResourceStatus look() {
    PipelineReconciler reconciler = reconciler(temporal.getWorkflowClient());
    PipelineResourceStatus status = null;
    while (status == null) {
      status = reconciler.next(resource).status();
    }
    resource.setStatus(status);
    return status;
  }

  private static PipelineReconciler reconciler(WorkflowClient client) {
    return new PipelineReconciler(
        new TemporalCalls(client),
        SETTINGS,
        OperatorMetrics.in(new CollectorRegistry()),
        Clock.fixed(Examples.NOW, ZoneOffset.UTC));
  }

  private void edit(long generation, Consumer<ObjectNode> change) {
    ObjectNode spec = (ObjectNode) Objects.requireNonNull(resource.getSpec()).deepCopy();
    change.accept(spec);
    resource.setSpec(spec);
    resource.getMetadata().setGeneration(generation);
  }

  private WorkflowStub workflow() {
    return temporal.getWorkflowClient().newUntypedWorkflowStub(Examples.RUN);
  }

  private static Condition condition(PipelineResourceStatus status, String type) {
    return status.conditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
