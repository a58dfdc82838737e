package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Records the histories that {@link ReplayTest} replays. Run it once per released version of the
 * workflow, with the folder {@code src/test/resources/histories} as its argument; add files, never
 * replace one of a released version.
 */
final class RecordHistories {
  private RecordHistories() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[0]);
    try (PipelineFixture fixture = new PipelineFixture()) {
      fixture.world.failures.put("train pretrain", new IllegalStateException("rank 1 is gone"));
      TrainingPipeline pipeline = fixture.pipeline("all-stages");
      pipeline.run(PipelineFixture.document("all-stages", true, true));
      write(fixture, "all-stages", folder);
    }
    try (PipelineFixture fixture = new PipelineFixture()) {
      fixture.world.hangsIn = Stage.PRETRAIN;
      TrainingPipeline pipeline = fixture.pipeline("paused");
      WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document("paused", false, false));
      fixture.world.kept = "base";
      if (!fixture.world.atWork.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("pretrain did not begin within a minute");
      }
      pipeline.pause();
      fixture.world.hangsIn = null;
      pipeline.resume();
      WorkflowStub.fromTyped(pipeline).getResult(Object.class);
      write(fixture, "paused", folder);
    }
    try (PipelineFixture fixture = new PipelineFixture()) {
      fixture.world.hangsIn = Stage.PRETRAIN;
      WorkflowStub stub = WorkflowStub.fromTyped(fixture.pipeline("cancelled"));
      stub.start(PipelineFixture.document("cancelled", true, false));
      if (!fixture.world.atWork.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("pretrain did not begin within a minute");
      }
      stub.cancel();
      try {
        stub.getResult(Object.class);
      } catch (io.temporal.client.WorkflowFailedException e) {
        write(fixture, "cancelled", folder);
      }
    }
    System.exit(0);
  }

  private static void write(PipelineFixture fixture, String id, Path folder) throws IOException {
    WorkflowExecution execution = WorkflowExecution.newBuilder().setWorkflowId(id).build();
    String json =
        fixture
            .environment
            .getWorkflowExecutionHistory(execution)
            .toJson(true)
            .replaceAll("\"identity\": \"[^\"]*\"", "\"identity\": \"worker\"");
    Files.writeString(folder.resolve(id + ".json"), json);
  }
}
