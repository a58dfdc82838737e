package dev.tatara.workflows;

import dev.tatara.config.Json;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.StageOutcome;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Temporal's test server with the workflow and hand-written activities on its three queues. */
final class PipelineFixture implements AutoCloseable {
  final FakeWorld world = new FakeWorld();
  final List<StageOutcome> changes = new CopyOnWriteArrayList<>();
  final TestWorkflowEnvironment environment = environment();

  PipelineFixture() {
    serve(environment.getWorkerFactory(), world, changes, () -> false);
    environment.start();
  }

  /** The workflow and its activities on their three queues. */
  static void serve(
      WorkerFactory factory,
      FakeWorld world,
      List<StageOutcome> changes,
      BooleanSupplier attributesRegistered) {
    WorkerOptions options =
        WorkerOptions.newBuilder()
            .setMaxHeartbeatThrottleInterval(Duration.ofMillis(50))
            .setDefaultHeartbeatThrottleInterval(Duration.ofMillis(50))
            .build();
    TrainingPipelineImpl.register(
        factory.newWorker(TaskQueues.WORKFLOWS),
        (run, outcome) -> changes.add(outcome),
        attributesRegistered);
    factory.newWorker(TaskQueues.ACTIVITIES, options).registerActivitiesImplementations(world);
    factory.newWorker(TaskQueues.DATA, options).registerActivitiesImplementations(world);
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

  static WorkflowOptions options(String id) {
    return WorkflowOptions.newBuilder()
        .setWorkflowId(id)
        .setTaskQueue(TaskQueues.WORKFLOWS)
        .build();
  }

  /** A document as the {@code temporal} command would send it. */
  static RunDocument document(String name, boolean sft, boolean dpo) {
    return document(name, (sft ? ",\"sft\":{}" : "") + (dpo ? ",\"dpo\":{}" : ""));
  }

  /**
   * A document with more in it.
   *
   * @param more keys of its spec, each with a comma ahead
   */
  static RunDocument document(String name, String more) {
    String json =
        """
        {"apiVersion":"tatara.dev/v1alpha1","kind":"TrainingPipeline","metadata":{"name":"%s"},
         "spec":{"seed":42,"collect":{"sources":[]},"pretrain":{"model":"nano","tokens":"100k"}%s}}
        """
            .formatted(name, more);
    return Json.read(json.getBytes(StandardCharsets.UTF_8), RunDocument.class);
  }

  static boolean waits(TrainingPipeline pipeline, Wait.Kind kind) {
    Wait wait = pipeline.status().waitsFor();
    return wait != null && wait.kind() == kind;
  }

  static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Override
  public void close() {
    environment.close();
  }
}
