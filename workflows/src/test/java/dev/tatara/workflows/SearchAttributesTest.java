package dev.tatara.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.workflows.client.RegisteredAttributes;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real server: the test server has no search attributes. */
@Tag("cluster")
@Timeout(120)
class SearchAttributesTest {
  @TempDir private static Path folder;
  private static RealTemporal temporal;

  private final FakeWorld world = new FakeWorld();
  private final List<StageOutcome> changes = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void startServer() throws Exception {
    temporal = RealTemporal.start(folder);
  }

  @AfterAll
  static void stopServer() {
    temporal.close();
  }

  /** Unregistered first: what a server knows cannot be taken back within the test's patience. */
  @Test
  void aRunIsFoundByWhatItDoesOnceTheAttributesAreRegistered() throws Exception {
    assertThat(eventsOfARun("without")).doesNotContain("UpsertWorkflowSearchAttributes");

    assertThat(documented())
        .hasSize(5)
        .allSatisfy(each -> assertThat(readme()).contains("    " + each));
    for (String command : documented()) {
      temporal.type(command);
    }
    assertThat(eventsOfARun("with").split("UpsertWorkflowSearchAttributes")).hasSizeBetween(10, 50);

    replayWhereTheyAreNotRegistered("with");

    assertThat(found("TataraStage = 'publish' AND TataraModel = 'nano'")).isEqualTo("with");
    assertThat(found("TataraFailureClass = 'hang'")).isEqualTo("with");
    assertThat(found("TataraFailureClass = 'divergence'")).isEmpty();
    assertThat(found("TataraCost > 0 AND TataraStep = 0")).isEqualTo("with");
  }

  private static void replayWhereTheyAreNotRegistered(String id) throws Exception {
    try (TestWorkflowEnvironment environment = PipelineFixture.environment()) {
      Worker worker = environment.newWorker(TaskQueues.WORKFLOWS);
      TrainingPipelineImpl.register(worker, StageListener.NONE, () -> false);
      worker.replayWorkflowExecution(temporal.client().fetchHistory(id));
    }
  }

  private static List<String> readme() throws IOException {
    return Files.readAllLines(Path.of(System.getProperty("tatara.home"), "workflows/README.md"));
  }

  /** The step is there while the stage goes on. */
  private String eventsOfARun(String id) throws Exception {
    world.kept = "base";
    world.hangsIn = Stage.PRETRAIN;
    WorkerFactory workers = WorkerFactory.newInstance(temporal.client());
    try (RegisteredAttributes registered = RegisteredAttributes.of(temporal.client())) {
      PipelineFixture.serve(workers, world, changes, registered);
      workers.start();
      TrainingPipeline pipeline =
          temporal.client().newWorkflowStub(TrainingPipeline.class, PipelineFixture.options(id));
      WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document(id, ""));
      PipelineFixture.await(() -> world.trainersAlive.get() > 0);
      pipeline.recordProgress(new StageProgress(Stage.PRETRAIN, 120, 240));
      pipeline.recordFailure(FakeWorld.hang());
      if (registered.getAsBoolean()) {
        PipelineFixture.await(
            () -> found("TataraStage = 'pretrain' AND TataraStep = 120").equals(id));
      }
      world.hangsIn = null;
      WorkflowStub.fromTyped(pipeline).getResult(Object.class);
    } finally {
      workers.shutdownNow();
      workers.awaitTermination(10, TimeUnit.SECONDS);
    }
    return temporal.cli("workflow", "show", "--workflow-id", id);
  }

  private static List<String> documented() {
    return RunAttributes.commands(RunAttributes.missing(Map.of()), "default");
  }

  private static String found(String query) {
    try {
      String listed = temporal.cli("workflow", "list", "--query", query, "--output", "json");
      return String.join(
          " ",
          Pattern.compile("\"workflowId\": \"([^\"]*)\"")
              .matcher(listed)
              .results()
              .map(match -> match.group(1))
              .distinct()
              .toList());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
