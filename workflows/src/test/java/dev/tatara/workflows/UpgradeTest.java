package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowStub;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker is upgraded under a pipeline, on a real server. */
@Tag("cluster")
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UpgradeTest {
  @TempDir private static Path folder;
  private static RealTemporal temporal;

  @BeforeAll
  static void startServer() throws Exception {
    temporal = RealTemporal.start(folder);
  }

  @AfterAll
  static void stopServer() {
    temporal.close();
  }

  @Test
  @Order(0)
  void aRunFromBeforeVersionsGoesOnWithTheBuildThatIsMadeCurrent() throws Exception {
    FakeWorld before = world();
    FakeWorld after = world();
    before.hangsIn = Stage.PRETRAIN;
    WorkerFactory unversioned = WorkerFactory.newInstance(temporal.client());
    serve(unversioned, Map.of(), before);
    TrainingPipeline run = start("before");
    assertThat(before.atWork.await(60, TimeUnit.SECONDS)).isTrue();
    stop(unversioned);

    WorkerFactory versioned = serve("0", after);
    try {
      makeCurrent("0");
      WorkflowStub.fromTyped(run).getResult(PipelineResult.class);

      assertThat(after.calls).contains("train pretrain").endsWith("publish base");
      assertThat(build("before")).isEqualTo("0");
    } finally {
      stop(versioned);
    }
  }

  @Test
  @Order(1)
  void aRunStaysOnItsBuildUntilItContinuesAsNewAndThenGoesOnWithTheNewOne() throws Exception {
    FakeWorld first = world();
    FakeWorld second = world();
    first.hangsIn = Stage.PRETRAIN;
    WorkerFactory firstWorkers = serve("1", first);
    WorkerFactory secondWorkers = WorkerFactory.newInstance(temporal.client());
    try {
      makeCurrent("1");
      TrainingPipeline pinned = start("pinned");
      assertThat(first.atWork.await(60, TimeUnit.SECONDS)).isTrue();

      serve(secondWorkers, "2", second);
      makeCurrent("2");
      WorkflowStub.fromTyped(start("fresh")).getResult(Object.class);
      assertThat(second.calls).contains("plan", "train pretrain", "publish base");
      second.calls.clear();

      pauseAndResume(pinned);
      PipelineFixture.await(() -> trainings(first) == 2);
      assertThat(second.calls).isEmpty();
      assertThat(build("pinned")).isEqualTo("1");

      assertThat(temporal.type("temporal worker deployment describe --name tatara"))
          .containsPattern("(?m)^ *tatara +1 +draining")
          .containsPattern("CurrentVersionBuildID +2");
      temporal.type(
          "temporal workflow signal --query \"TemporalWorkerDeploymentVersion = 'tatara:1'"
              + " AND ExecutionStatus = 'Running'\" --name upgrade --yes");
      PipelineFixture.await(() -> wasSignalled("pinned", "upgrade"));
      first.hangsIn = null;
      PipelineResult result = WorkflowStub.fromTyped(pinned).getResult(PipelineResult.class);

      assertThat(trainings(first)).isEqualTo(2);
      assertThat(first.calls).contains("plan").doesNotContain("evaluate base");
      assertThat(second.calls).startsWith("prepare evaluate").doesNotContain("plan");
      assertThat(second.calls).endsWith("publish base");
      assertThat(build("pinned")).isEqualTo("2");
      assertThat(result.stages())
          .filteredOn(stage -> stage.state() != State.SKIPPED)
          .extracting(StageOutcome::state)
          .containsOnly(State.DONE);
    } finally {
      stop(firstWorkers);
      stop(secondWorkers);
    }
  }

  private static FakeWorld world() {
    FakeWorld world = new FakeWorld();
    world.kept = "base";
    return world;
  }

  private static WorkerFactory serve(String build, FakeWorld world) {
    WorkerFactory workers = WorkerFactory.newInstance(temporal.client());
    serve(workers, build, world);
    return workers;
  }

  private static void serve(WorkerFactory workers, String build, FakeWorld world) {
    serve(
        workers,
        Map.of("TEMPORAL_DEPLOYMENT_NAME", "tatara", "TEMPORAL_WORKER_BUILD_ID", build),
        world);
  }

  private static void serve(
      WorkerFactory workers, Map<String, String> environment, FakeWorld world) {
    PipelineFixture.serve(workers, world, new CopyOnWriteArrayList<>(), () -> false, environment);
    workers.start();
  }

  private static void stop(WorkerFactory workers) {
    workers.shutdownNow();
    workers.awaitTermination(10, TimeUnit.SECONDS);
  }

  /** The server must have heard of all task queues of the build first. */
  private static void makeCurrent(String build) {
    PipelineFixture.await(
        () ->
            temporal.succeeds(
                "worker",
                "deployment",
                "set-current-version",
                "--deployment-name",
                "tatara",
                "--build-id",
                build,
                "--yes"));
  }

  private static TrainingPipeline start(String id) {
    TrainingPipeline pipeline =
        temporal.client().newWorkflowStub(TrainingPipeline.class, PipelineFixture.options(id));
    WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document(id, ""));
    return temporal.client().newWorkflowStub(TrainingPipeline.class, id);
  }

  private static void pauseAndResume(TrainingPipeline pipeline) {
    pipeline.pause();
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline, Wait.Kind.PAUSE));
    pipeline.resume();
  }

  /** A signal by a query is sent by the server, after the command line has ended. */
  private static boolean wasSignalled(String id, String name) {
    return temporal.client().fetchHistory(id).getEvents().stream()
        .anyMatch(
            event ->
                event.hasWorkflowExecutionSignaledEventAttributes()
                    && event
                        .getWorkflowExecutionSignaledEventAttributes()
                        .getSignalName()
                        .equals(name));
  }

  private static long trainings(FakeWorld world) {
    return world.calls.stream().filter("train pretrain"::equals).count();
  }

  private static String build(String id) {
    return temporal
        .client()
        .getWorkflowServiceStubs()
        .blockingStub()
        .describeWorkflowExecution(
            DescribeWorkflowExecutionRequest.newBuilder()
                .setNamespace("default")
                .setExecution(WorkflowExecution.newBuilder().setWorkflowId(id))
                .build())
        .getWorkflowExecutionInfo()
        .getVersioningInfo()
        .getDeploymentVersion()
        .getBuildId();
  }
}
