package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowStub;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real server that finds histories long sooner than usual. */
@Tag("cluster")
@Timeout(120)
class LongHistoryTest {
  private static final int LONG = 60;

  @TempDir private Path folder;

  @Test
  void aRunWhoseHistoryHasGrownLongContinuesAsNewBetweenTwoStages() throws Exception {
    FakeWorld world = new FakeWorld();
    world.kept = "base";
    try (RealTemporal temporal =
        RealTemporal.start(folder, "limit.historyCount.suggestContinueAsNew=" + LONG)) {
      WorkerFactory workers = WorkerFactory.newInstance(temporal.client());
      PipelineFixture.serve(workers, world, new CopyOnWriteArrayList<>(), () -> false);
      workers.start();
      TrainingPipeline pipeline =
          temporal
              .client()
              .newWorkflowStub(TrainingPipeline.class, PipelineFixture.options("long"));
      WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document("long", ""));
      PipelineResult result = WorkflowStub.fromTyped(pipeline).getResult(PipelineResult.class);

      List<HistoryEvent> last = temporal.client().fetchHistory("long").getEvents();
      assertThat(last).hasSizeLessThan(2 * LONG);
      assertThat(last.get(0).getEventType())
          .isEqualTo(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
      assertThat(
              last.get(0).getWorkflowExecutionStartedEventAttributes().getContinuedExecutionRunId())
          .isNotEmpty();
      assertThat(world.calls.stream().filter("plan"::equals)).hasSize(1);
      assertThat(world.published).hasSize(1);
      assertThat(result.stages())
          .extracting(StageOutcome::state)
          .containsOnly(State.DONE, State.SKIPPED);
      workers.shutdownNow();
      workers.awaitTermination(10, TimeUnit.SECONDS);
    }
  }
}
