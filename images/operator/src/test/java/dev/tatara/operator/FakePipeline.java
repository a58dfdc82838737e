package dev.tatara.operator;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.workflows.BudgetChange;
import dev.tatara.workflows.Decision;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.StageProgress;
import dev.tatara.workflows.StageTrouble;
import dev.tatara.workflows.TrainingPipeline;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trains until it is told to go on; progress only its activity tells, and a budget of 13 rank-hours
 * it does not like.
 */
public final class FakePipeline implements TrainingPipeline {
  private static final double REFUSED = 13;

  /** A trouble of this name makes it continue as new. */
  static final String LONG = "too long";

  private @Nullable BudgetConfig budget;
  private boolean resumed;
  private String trouble = "";

  @Override
  public PipelineResult run(RunDocument document) {
    Workflow.await(() -> resumed);
    if (trouble.equals(LONG) && Workflow.getInfo().getContinuedExecutionRunId().isEmpty()) {
      Workflow.continueAsNew(document);
    }
    if (!trouble.isEmpty()) {
      throw ApplicationFailure.newNonRetryableFailure(
          trouble, InvalidInputException.class.getName());
    }
    return new PipelineResult(
        document.name(),
        List.of(),
        null,
        List.of(),
        List.of(),
        null,
        new ArtifactRef("s3://tatara/publish/abc", "digest"),
        2.5,
        null,
        List.of());
  }

  @Override
  public PipelineStatus status() {
    PipelineStatus status = Examples.progress(Stage.PRETRAIN, trouble, null, 5, 10);
    return new PipelineStatus(
        status.run(),
        status.current(),
        status.paused(),
        status.stages(),
        status.waitsFor(),
        status.rankHours(),
        budget,
        status.step(),
        status.steps());
  }

  @Override
  public void resume() {
    resumed = true;
  }

  @Override
  public void recordTrouble(StageTrouble told) {
    trouble = told.sentence();
  }

  @Override
  public void changeBudget(BudgetChange change) {
    budget = change.budget();
  }

  @Override
  public void checkChangeBudget(BudgetChange change) {
    if (change.budget().rankHours() == REFUSED) {
      throw ApplicationFailure.newNonRetryableFailure(
          "%s wants 13, %s".formatted(change.actor(), change.reason()), "Refused");
    }
  }

  @Override
  public List<LedgerEntry> ledger() {
    return List.of();
  }

  @Override
  public void pause() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void upgrade() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void recordFailure(LedgerEntry entry) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void recordProgress(StageProgress progress) {
    Promise<Void> unused =
        Async.procedure(
            Workflow.newActivityStub(
                    FakeTraining.class,
                    ActivityOptions.newBuilder()
                        .setStartToCloseTimeout(Duration.ofMinutes(5))
                        .build())
                ::train,
            progress);
  }

  @Override
  public void approve(Decision decision) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void checkApprove(Decision decision) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void reject(Decision decision) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void checkReject(Decision decision) {
    throw new UnsupportedOperationException();
  }
}
