package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On a server whose clock skips what nobody waits for. */
@Timeout(60)
class RunRemovalTest {
  private final TestWorkflowEnvironment temporal = skippingTime();
  private final FakeRemoval removal = new FakeRemoval(temporal::currentTimeMillis);

  static TestWorkflowEnvironment skippingTime() {
    return TestWorkflowEnvironment.newInstance(
        TestEnvironmentOptions.newBuilder()
            .setWorkflowClientOptions(
                WorkflowClientOptions.newBuilder()
                    .setDataConverter(PipelineJson.converter())
                    .build())
            .build());
  }

  @BeforeEach
  void start() {
    Worker worker = temporal.newWorker(TaskQueues.WORKFLOWS);
    TrainingPipelineImpl.register(worker, StageListener.NONE, () -> false);
    temporal.newWorker(TaskQueues.ACTIVITIES).registerActivitiesImplementations(removal);
    temporal.start();
  }

  @AfterEach
  void stop() {
    temporal.close();
  }

  @Test
  void whatIsWithdrawnIsDeletedTenMinutesLater() {
    RemovalActivities.Removed removed = remove(Map.of("run", "old"));

    assertThat(removed.artifacts()).containsExactly("artifacts/pretrain/m0/");
    assertThat(removal.deletedAt - removal.withdrawnAt).isBetween(600_000L, 620_000L);
  }

  @Test
  void theTimeBetweenIsTheUsers() {
    remove(Map.of("run", "old", "seconds", 5));

    assertThat(removal.deletedAt - removal.withdrawnAt).isBetween(5_000L, 25_000L);
  }

  /** As the command line starts it. */
  private RemovalActivities.Removed remove(Map<String, Object> input) {
    WorkflowStub stub =
        temporal
            .getWorkflowClient()
            .newUntypedWorkflowStub(
                "RunRemoval",
                WorkflowOptions.newBuilder()
                    .setTaskQueue(TaskQueues.WORKFLOWS)
                    .setWorkflowId("old-removal")
                    .build());
    stub.start(input);
    return stub.getResult(RemovalActivities.Removed.class);
  }
}
