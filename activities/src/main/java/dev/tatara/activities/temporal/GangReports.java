package dev.tatara.activities.temporal;

import dev.tatara.activities.gang.GangListener;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.workflows.StageProgress;
import dev.tatara.workflows.StageTrouble;
import dev.tatara.workflows.TrainingPipeline;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.WorkflowException;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the run of failures while they happen, so that its query {@code ledger} is never late. */
final class GangReports implements GangListener {
  private static final Logger LOG = LoggerFactory.getLogger(GangReports.class);

  /** While Temporal is away, a call takes long; the gang must be looked after meanwhile. */
  private static final ExecutorService TELLERS = Executors.newCachedThreadPool(GangReports::daemon);

  private final Milestones milestones = new Milestones();
  private @Nullable Future<?> telling;
  private final Attempt attempt;
  private final Stage stage;
  private final TrainingPipeline pipeline;

  /** For the activity that this thread is doing. */
  GangReports(Attempt attempt, Stage stage) {
    this.attempt = attempt;
    this.stage = stage;
    ActivityExecutionContext context = Activity.getExecutionContext();
    this.pipeline =
        context
            .getWorkflowClient()
            .newWorkflowStub(TrainingPipeline.class, context.getInfo().getWorkflowId());
  }

  @Override
  public void looked(@Nullable TaskProgress progress) {
    if (progress == null || !Milestones.isOfSteps(progress)) {
      return;
    }
    StageProgress newest = new StageProgress(stage, progress.done(), progress.total());
    attempt.isAt(newest);
    // A cancellation arrives as an interrupt of this thread.
    boolean busy = telling != null && !telling.isDone();
    if (!busy && milestones.isOne(progress, Instant.now())) {
      telling = TELLERS.submit(() -> tell(newest));
    }
  }

  private void tell(StageProgress progress) {
    try {
      pipeline.recordProgress(progress);
    } catch (WorkflowException e) {
      LOG.warn("the run was not told of its progress: {}", e.getMessage());
    }
  }

  /** For the run's status; those who look at the activity find it in its heartbeat. */
  @Override
  public void troubled(String sentence) {
    attempt.isInTrouble(sentence);
    try {
      pipeline.recordTrouble(new StageTrouble(stage, sentence));
    } catch (WorkflowException e) {
      LOG.warn("the run was not told of its trouble: {}", e.getMessage());
    }
    if (!sentence.isEmpty()) {
      LOG.warn("stage={} waits: {}", stage.word(), sentence);
    }
  }

  @Override
  public boolean isCancelled() {
    return attempt.isCancelled();
  }

  @Override
  public void failed(LedgerEntry entry) {
    try {
      pipeline.recordFailure(entry);
    } catch (WorkflowException e) {
      // The entry is in the store, and the result of the activity carries it too.
      LOG.warn("the run was not told of a failure: {}", e.getMessage());
    }
  }

  private static Thread daemon(Runnable telling) {
    Thread thread = new Thread(telling, "progress");
    thread.setDaemon(true);
    return thread;
  }
}
