package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.Workflow;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one stage after another, and knows how a stage is paused, cancelled and failed. Short
 * activities are waited for, long ones are cancelled. Since all work is idempotent, to resume is to
 * begin the stage again: it finds its finished shards and checkpoints.
 *
 * <p>Short activities are never cancelled because Temporal's test server, on which runs on one
 * machine rest, loses the completion of an activity that ends while its cancellation is on the way
 * (1.38.0), and the run would wait for ever. For work of minutes or hours that moment is too short
 * to matter.
 */
final class StageControl {
  private final StageBoard board;
  private boolean paused;
  private boolean cancelled;
  private @Nullable CancellationScope longWork;

  StageControl(StageBoard board) {
    this.board = board;
  }

  /** Obeys the cancellation of this scope from now on. */
  void obey(CancellationScope run) {
    run.getCancellationRequest()
        .thenApply(
            reason -> {
              cancelled = true;
              stopLongWork();
              return reason;
            });
  }

  boolean isPaused() {
    return paused;
  }

  void pause() {
    paused = true;
    stopLongWork();
  }

  void resume() {
    paused = false;
  }

  /** Nothing new shall begin. */
  boolean isStopping() {
    return paused || cancelled;
  }

  /** Ends the body of the stage here if nothing new shall begin. */
  void stopIfAsked() {
    if (isStopping()) {
      throw new StoppedException();
    }
  }

  void run(Stage stage, Function<Stage, StageEnd> body) {
    try {
      board.ended(stage, untilDone(stage, body));
    } catch (CanceledFailure e) {
      board.failed(stage, "cancelled");
      throw e;
    } catch (TemporalFailure e) {
      ApplicationFailure failure = Failures.ofStage(stage, e);
      board.failed(stage, failure.getOriginalMessage());
      throw failure;
    }
  }

  /** Calls an activity that may take long; a pause or cancellation ends it in good order. */
  <T> T longWork(Supplier<T> activity) {
    stopIfAsked();
    CompletablePromise<T> result = Workflow.newPromise();
    CancellationScope scope = Workflow.newCancellationScope(() -> result.complete(activity.get()));
    longWork = scope;
    try {
      scope.run();
      return result.get();
    } catch (TemporalFailure e) {
      if (scope.isCancelRequested() && Failures.isCancellation(e)) {
        throw new StoppedException();
      }
      throw e;
    } finally {
      longWork = null;
    }
  }

  private StageEnd untilDone(Stage stage, Function<Stage, StageEnd> body) {
    while (true) {
      awaitResumed(stage);
      board.running(stage);
      CompletablePromise<StageEnd> end = Workflow.newPromise();
      try {
        Workflow.newDetachedCancellationScope(() -> end.complete(body.apply(stage))).run();
        return end.get();
      } catch (StoppedException e) {
        // The next turn waits until the run is resumed, or ends because it is cancelled.
      }
    }
  }

  private void awaitResumed(Stage stage) {
    if (paused && !cancelled) {
      board.paused(stage);
      Workflow.await(() -> !paused || cancelled);
    }
    if (cancelled) {
      throw new CanceledFailure("the run was cancelled");
    }
  }

  private void stopLongWork() {
    if (longWork != null) {
      longWork.cancel("the run pauses or ends");
    }
  }

  /** Leaves the body of a stage that is to be begun again, or not at all. */
  private static final class StoppedException extends RuntimeException {
    StoppedException() {
      super("stopped", null, false, false);
    }
  }
}
