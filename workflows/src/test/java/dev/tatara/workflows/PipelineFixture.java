package dev.tatara.workflows;

import dev.tatara.config.Json;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.workflows.client.Deployment;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
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
import java.util.Map;
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
    serve(factory, world, changes, attributesRegistered, Map.of());
  }

  /**
   * The same as a build of a deployment.
   *
   * @param environment as {@link Deployment} reads it
   */
  static void serve(
      WorkerFactory factory,
      FakeWorld world,
      List<StageOutcome> changes,
      BooleanSupplier attributesRegistered,
      Map<String, String> environment) {
    WorkerOptions.Builder build =
        WorkerOptions.newBuilder()
            .setMaxHeartbeatThrottleInterval(Duration.ofMillis(50))
            .setDefaultHeartbeatThrottleInterval(Duration.ofMillis(50));
    Deployment.of(environment).ifPresent(build::setDeploymentOptions);
    WorkerOptions options = build.build();
    TrainingPipelineImpl.register(
        factory.newWorker(TaskQueues.WORKFLOWS, options),
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

  /** The ids of a run's children so far, in order. */
  List<String> phases(String id) {
    return events(id).stream()
        .filter(HistoryEvent::hasChildWorkflowExecutionStartedEventAttributes)
        .map(event -> event.getChildWorkflowExecutionStartedEventAttributes())
        .map(started -> started.getWorkflowExecution().getWorkflowId())
        .toList();
  }

  /** Whether the newest child of a run was asked to stop. */
  boolean isNewestPhaseStopping(String id) {
    List<String> phases = phases(id);
    return events(phases.get(phases.size() - 1)).stream()
        .anyMatch(
            event ->
                event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
  }

  private List<HistoryEvent> events(String id) {
    return environment
        .getWorkflowExecutionHistory(WorkflowExecution.newBuilder().setWorkflowId(id).build())
        .getEvents();
  }

  @Override
  public void close() {
    environment.close();
  }
}
