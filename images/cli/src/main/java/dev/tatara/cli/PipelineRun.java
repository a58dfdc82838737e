package dev.tatara.cli;

import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.TaskQueues;
import dev.tatara.workflows.TrainingPipeline;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One run on a Temporal server, seen from outside. */
final class PipelineRun {
  private final TrainingPipeline pipeline;
  private final CompletableFuture<PipelineResult> result;

  private PipelineRun(TrainingPipeline pipeline) {
    this.pipeline = pipeline;
    this.result = stub().getResultAsync(PipelineResult.class);
  }

  /** Starts the run, or joins the one of this name that is going on. */
  static PipelineRun start(WorkflowClient client, RunDocument document) {
    TrainingPipeline pipeline =
        client.newWorkflowStub(
            TrainingPipeline.class,
            WorkflowOptions.newBuilder()
                .setWorkflowId(document.name())
                .setTaskQueue(TaskQueues.WORKFLOWS)
                // A worker that died does not end a run: its workflow waits on a real server.
                .setWorkflowIdConflictPolicy(
                    WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
                .build());
    WorkflowClient.start(pipeline::run, document);
    // By its id alone: a run may continue as new.
    return new PipelineRun(client.newWorkflowStub(TrainingPipeline.class, document.name()));
  }

  PipelineStatus status() {
    return pipeline.status();
  }

  int recoveries() {
    return (int) pipeline.ledger().stream().filter(entry -> entry.secondsToRecover() >= 0).count();
  }

  /** Waits; true when the run has ended, well or not. */
  boolean endsWithin(long milliseconds) throws InterruptedException {
    try {
      result.get(milliseconds, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true; // told by result()
    }
  }

  /**
   * What the run came to.
   *
   * @throws io.temporal.client.WorkflowFailedException if it failed or was cancelled
   */
  PipelineResult result() {
    return stub().getResult(PipelineResult.class);
  }

  /** Asks the run to end its processes and to stop. */
  void cancel() {
    stub().cancel();
  }

  private WorkflowStub stub() {
    return WorkflowStub.fromTyped(pipeline);
  }
}
