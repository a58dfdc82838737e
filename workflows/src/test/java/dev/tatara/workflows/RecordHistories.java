package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
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
  /** Of the recipe; the histories without a number are older than revisions. */
  private static final int REVISION = 1;

  private RecordHistories() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[0]);
    try (PipelineFixture fixture = new PipelineFixture()) {
      fixture.world.failures.put("train pretrain", new IllegalStateException("rank 1 is gone"));
      TrainingPipeline pipeline = fixture.pipeline("all-stages");
      pipeline.run(PipelineFixture.document("all-stages", true, true));
      write(fixture, "all-stages", folder);
      write(fixture, fixture.phases("all-stages").get(0), "phase", folder);
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
    withBudget(folder);
    withApproval(folder);
    continued(folder);
    removed(folder);
    System.exit(0);
  }

  /** Twice used up, once by a change, and once raised while the gang is at work. */
  private static void withBudget(Path folder) throws IOException {
    try (PipelineFixture fixture = new PipelineFixture()) {
      fixture.world.hangsIn = Stage.PRETRAIN;
      fixture.world.kept = "base";
      TrainingPipeline pipeline = fixture.pipeline("budget");
      String budget = ",\"budget\":{\"rankHours\":0.0005}";
      WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document("budget", budget));
      awaitWait(pipeline, Wait.Kind.BUDGET);
      pipeline.changeBudget(new BudgetChange(new BudgetConfig(50.0), "ada", "it learns"));
      awaitWork(fixture);
      pipeline.changeBudget(new BudgetChange(new BudgetConfig(0.0002), "ada", "too dear"));
      awaitWait(pipeline, Wait.Kind.BUDGET);
      pipeline.changeBudget(new BudgetChange(new BudgetConfig(1.0), "ada", "once more"));
      awaitWork(fixture);
      pipeline.recordProgress(new StageProgress(Stage.PRETRAIN, 5, 10));
      pipeline.changeBudget(new BudgetChange(new BudgetConfig(2.0), "ada", "to its end"));
      fixture.world.hangsIn = null;
      WorkflowStub.fromTyped(pipeline).getResult(Object.class);
      write(fixture, "budget", folder);
    }
  }

  private static void withApproval(Path folder) throws IOException {
    try (PipelineFixture fixture = new PipelineFixture()) {
      fixture.world.kept = "base";
      TrainingPipeline pipeline = fixture.pipeline("approval");
      String gate = ",\"gate\":{\"approval\":\"required\"}";
      WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document("approval", gate));
      awaitWait(pipeline, Wait.Kind.APPROVAL);
      pipeline.approve(new Decision("ada", "reads well"));
      WorkflowStub.fromTyped(pipeline).getResult(Object.class);
      write(fixture, "approval", folder);
    }
  }

  /** The second of two executions. */
  private static void continued(Path folder) throws IOException {
    try (PipelineFixture fixture = new PipelineFixture()) {
      fixture.world.hangsIn = Stage.PRETRAIN;
      fixture.world.kept = "base";
      TrainingPipeline pipeline = fixture.pipeline("continued");
      WorkflowStub.fromTyped(pipeline).start(PipelineFixture.document("continued", ""));
      awaitWork(fixture);
      pipeline.upgrade();
      fixture.world.hangsIn = null;
      WorkflowStub.fromTyped(pipeline).getResult(Object.class);
      write(fixture, "continued", folder);
    }
  }

  /** What a run has made, after its resource was deleted. */
  private static void removed(Path folder) throws IOException {
    try (TestWorkflowEnvironment environment = RunRemovalTest.skippingTime()) {
      Worker worker = environment.newWorker(TaskQueues.WORKFLOWS);
      TrainingPipelineImpl.register(worker, StageListener.NONE, () -> false);
      environment
          .newWorker(TaskQueues.ACTIVITIES)
          .registerActivitiesImplementations(new FakeRemoval(environment::currentTimeMillis));
      environment.start();
      environment
          .getWorkflowClient()
          .newWorkflowStub(
              RunRemoval.class,
              WorkflowOptions.newBuilder()
                  .setTaskQueue(TaskQueues.WORKFLOWS)
                  .setWorkflowId("removal")
                  .build())
          .remove(new RunRemoval.Removal("removed", RunRemoval.SECONDS));
      write(environment, "removal", "removal", folder);
    }
  }

  private static void awaitWait(TrainingPipeline pipeline, Wait.Kind kind) {
    PipelineFixture.await(() -> PipelineFixture.waits(pipeline, kind));
  }

  private static void awaitWork(PipelineFixture fixture) {
    PipelineFixture.await(() -> fixture.world.trainersAlive.get() > 0);
  }

  private static void write(PipelineFixture fixture, String id, Path folder) throws IOException {
    write(fixture, id, id, folder);
  }

  private static void write(PipelineFixture fixture, String id, String name, Path folder)
      throws IOException {
    write(fixture.environment, id, name, folder);
  }

  private static void write(
      TestWorkflowEnvironment environment, String id, String name, Path folder) throws IOException {
    WorkflowExecution execution = WorkflowExecution.newBuilder().setWorkflowId(id).build();
    String json =
        environment
            .getWorkflowExecutionHistory(execution)
            .toJson(true)
            .replaceAll("\"identity\": \"[^\"]*\"", "\"identity\": \"worker\"");
    Files.writeString(folder.resolve("%s-%d.json".formatted(name, REVISION)), json);
  }
}
