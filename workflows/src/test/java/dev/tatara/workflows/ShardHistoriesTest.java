package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome.State;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand shards in each phase of a data stage, on a real server. */
@Tag("cluster")
@Timeout(120)
class ShardHistoriesTest {
  private static final int SHARDS = 10_000;
  private static final int MOST_EVENTS = 10_000;

  @TempDir private static Path folder;
  private static RealTemporal temporal;

  private final FakeWorld world = new FakeWorld();
  private WorkerFactory workers;

  @BeforeAll
  static void startServer() throws Exception {
    temporal = RealTemporal.start(folder);
  }

  @AfterAll
  static void stopServer() {
    temporal.close();
  }

  @BeforeEach
  void startWorker() {
    world.shards = SHARDS;
    world.counts = true;
    world.kept = "base";
    workers = WorkerFactory.newInstance(temporal.client());
    PipelineFixture.serve(workers, world, new CopyOnWriteArrayList<>(), () -> false);
    workers.start();
  }

  @AfterEach
  void stopWorker() {
    world.release.countDown();
    workers.shutdownNow();
    workers.awaitTermination(10, TimeUnit.SECONDS);
  }

  @Test
  void noHistoryOfTenThousandShardsHasTenThousandEvents() {
    world.finishedBefore.addAll(List.of(Stage.CLEAN, Stage.DEDUP, Stage.DECONTAMINATE));
    TrainingPipeline pipeline = start("ten-thousand");
    WorkflowStub.fromTyped(pipeline).getResult(Object.class);

    List<HistoryEvent> run = history("ten-thousand");
    List<String> children = children(run);
    assertThat(children).hasSize(2 * 2);
    int longest = children.stream().mapToInt(child -> history(child).size()).max().orElseThrow();
    assertThat(world.shardsDone).hasValue(2 * 2 * SHARDS);
    // workflows/README.md tells how many there are.
    assertThat(run.size()).isLessThan(MOST_EVENTS / 10);
    assertThat(longest).isLessThan(MOST_EVENTS / 5);
  }

  @Test
  void aPauseEndsTheChildOnceTheShardsUnderWayAreDone() throws Exception {
    world.holdsIn = Stage.CLEAN;
    world.finishedBefore.addAll(
        List.of(Stage.COLLECT, Stage.DEDUP, Stage.DECONTAMINATE, Stage.TOKENIZE));
    TrainingPipeline pipeline = start("pause");
    assertThat(world.atWork.await(60, TimeUnit.SECONDS)).isTrue();
    int before = world.shardsDone.get();

    pipeline.pause();
    PipelineFixture.await(
        () ->
            last(
                children(history("pause")),
                EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED));
    world.release.countDown();
    PipelineFixture.await(
        () -> pipeline.status().stages().get(Stage.CLEAN.ordinal()).state() == State.PAUSED);

    assertThat(world.shardsDone.get() - before).isLessThan(SHARDS / 10);
    assertThat(last(children(history("pause")), EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED))
        .isTrue();
    pipeline.resume();
    WorkflowStub.fromTyped(pipeline).getResult(Object.class);
    assertThat(world.published).hasSize(1);
  }

  @Test
  void aRunThatIsCancelledEndsAfterItsChild() throws Exception {
    world.holdsIn = Stage.COLLECT;
    TrainingPipeline pipeline = start("cancel");
    assertThat(world.atWork.await(60, TimeUnit.SECONDS)).isTrue();

    WorkflowStub stub = WorkflowStub.fromTyped(pipeline);
    stub.cancel();
    PipelineFixture.await(
        () ->
            last(
                children(history("cancel")),
                EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED));
    world.release.countDown();

    assertThatThrownBy(() -> stub.getResult(Object.class))
        .hasCauseInstanceOf(CanceledFailure.class);
    assertThat(last(children(history("cancel")), EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED))
        .isTrue();
  }

  private static TrainingPipeline start(String id) {
    TrainingPipeline pipeline =
        temporal.client().newWorkflowStub(TrainingPipeline.class, PipelineFixture.options(id));
    WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document(id, ""));
    return pipeline;
  }

  private static List<HistoryEvent> history(String id) {
    return temporal.client().fetchHistory(id).getEvents();
  }

  private static List<String> children(List<HistoryEvent> run) {
    return run.stream()
        .filter(HistoryEvent::hasChildWorkflowExecutionStartedEventAttributes)
        .map(event -> event.getChildWorkflowExecutionStartedEventAttributes())
        .map(started -> started.getWorkflowExecution())
        .map(WorkflowExecution::getWorkflowId)
        .toList();
  }

  private static boolean last(List<String> children, EventType type) {
    return history(children.get(children.size() - 1)).stream()
        .anyMatch(event -> event.getEventType() == type);
  }
}
