package dev.tatara.workflows;

import dev.tatara.config.Json;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.StageOutcome;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Temporal's test server with the workflow and hand-written activities on its three queues. */
final class PipelineFixture implements AutoCloseable {
  final FakeWorld world = new FakeWorld();
  final List<StageOutcome> changes = new CopyOnWriteArrayList<>();
  final TestWorkflowEnvironment environment = environment();

  PipelineFixture() {
    WorkerOptions options =
        WorkerOptions.newBuilder()
            .setMaxHeartbeatThrottleInterval(Duration.ofMillis(50))
            .setDefaultHeartbeatThrottleInterval(Duration.ofMillis(50))
            .build();
    TrainingPipelineImpl.register(
        environment.newWorker(TaskQueues.WORKFLOWS), (run, outcome) -> changes.add(outcome));
    environment.newWorker(TaskQueues.ACTIVITIES, options).registerActivitiesImplementations(world);
    environment.newWorker(TaskQueues.DATA, options).registerActivitiesImplementations(world);
    environment.start();
  }

  static TestWorkflowEnvironment environment() {
    return TestWorkflowEnvironment.newInstance(
        TestEnvironmentOptions.newBuilder()
            .setUseTimeskipping(false)
            .setWorkflowClientOptions(
                WorkflowClientOptions.newBuilder()
                    .setDataConverter(PipelineJson.converter())
                    .build())
            .build());
  }

  TrainingPipeline pipeline(String id) {
    return environment.getWorkflowClient().newWorkflowStub(TrainingPipeline.class, options(id));
  }

  WorkflowStub untyped(String id) {
    return environment.getWorkflowClient().newUntypedWorkflowStub("TrainingPipeline", options(id));
  }

  private static WorkflowOptions options(String id) {
    return WorkflowOptions.newBuilder()
        .setWorkflowId(id)
        .setTaskQueue(TaskQueues.WORKFLOWS)
        .build();
  }

  /** A document as the {@code temporal} command would send it. */
  static RunDocument document(String name, boolean sft, boolean dpo) {
    String json =
        """
        {"apiVersion":"tatara.dev/v1alpha1","kind":"TrainingPipeline","metadata":{"name":"%s"},
         "spec":{"seed":42,"collect":{"sources":[]},"pretrain":{"model":"nano","tokens":"100k"}%s%s}}
        """
            .formatted(name, sft ? ",\"sft\":{}" : "", dpo ? ",\"dpo\":{}" : "");
    return Json.read(json.getBytes(StandardCharsets.UTF_8), RunDocument.class);
  }

  @Override
  public void close() {
    environment.close();
  }
}
