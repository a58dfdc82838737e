package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.CompletablePromise;
import io.temporal.workflow.TimerOptions;
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
 *
 * <p>Work that holds ranks is metered; when the budget is used up it is ended like for a pause, and
 * nothing that holds ranks begins until the budget is raised.
 */
final class StageControl {
  private final StageBoard board;
  private final RankMeter meter;
  private boolean paused;
  private boolean cancelled;
  private boolean relayAllowed;
  private boolean relayAsked;

  /** The stage wants ranks, and the budget had none left. */
  private boolean starved;

  private @Nullable CancellationScope longWork;
  private @Nullable CancellationScope alarm;

  StageControl(StageBoard board, RankMeter meter) {
    this.board = board;
    this.meter = meter;
  }

  /** Takes up where a run left off that continues as new. */
  void restore(Carried carried) {
    paused = carried.paused();
    starved = carried.starved();
  }

  /** From now on the run may continue as new between two stages. */
  void allowRelay() {
    relayAllowed = true;
  }

  /** Continues as new as soon as no stage is at work. */
  void askRelay() {
    relayAsked = true;
  }

  boolean isStarved() {
    return starved;
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

  void changeBudget(BudgetConfig budget) {
    meter.allow(budget);
    watchBudget();
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

  /**
   * One stage, unless it is over.
   *
   * @throws RelayException if the run is to continue as new first
   */
  void run(Stage stage, Function<Stage, StageEnd> body) {
    if (board.isOver(stage)) {
      return;
    }
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

  /**
   * Calls an activity or a child that may take long; a pause, a cancellation or the end of the
   * budget ends it in good order.
   *
   * @param ranks how many it holds meanwhile; none: it costs nothing
   */
  <T> T longWork(int ranks, Supplier<T> activity) {
    stopIfAsked();
    starved = ranks > 0 && meter.isUsedUp();
    if (starved) {
      throw new StoppedException();
    }
    CompletablePromise<T> result = Workflow.newPromise();
    CancellationScope scope = Workflow.newCancellationScope(() -> result.complete(activity.get()));
    longWork = scope;
    meter.begin(ranks);
    watchBudget();
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
      meter.end();
      stopWatching();
    }
  }

  /** Waits for a person in the midst of a stage. */
  void await(Stage stage, Wait reason, Supplier<Boolean> over) {
    board.waiting(stage, reason);
    Workflow.await(() -> cancelled || over.get());
    if (cancelled) {
      throw new StoppedException();
    }
    board.running(stage);
  }

  /** Sets a timer to the moment at which the work under way will have used up the budget. */
  private void watchBudget() {
    stopWatching();
    if (meter.isIdle()) {
      return;
    }
    if (meter.isUsedUp()) {
      starved = true;
      stopLongWork();
      return;
    }
    meter
        .left()
        .ifPresent(
            left -> {
              TimerOptions options =
                  TimerOptions.newBuilder().setSummary("until the budget is used up").build();
              alarm =
                  Workflow.newDetachedCancellationScope(
                      () -> Workflow.newTimer(left, options).handle(this::ring));
              alarm.run();
            });
  }

  private Void ring(Void time, @Nullable RuntimeException cancellation) {
    if (cancellation == null) {
      watchBudget();
    }
    return time;
  }

  private void stopWatching() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
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
    for (Wait now = hindrance(); now != null && !cancelled && !isRelayed(); now = hindrance()) {
      Wait told = now;
      board.waiting(stage, told);
      Workflow.await(() -> cancelled || isRelayed() || !told.equals(hindrance()));
    }
    if (cancelled) {
      throw new CanceledFailure("the run was cancelled");
    }
    if (isRelayed()) {
      throw new RelayException();
    }
  }

  private boolean isRelayed() {
    return relayAllowed && (relayAsked || Workflow.getInfo().isContinueAsNewSuggested());
  }

  private @Nullable Wait hindrance() {
    if (paused) {
      return Wait.forResume();
    }
    return starved && meter.isUsedUp() ? Wait.forBudget(meter) : null;
  }

  private void stopLongWork() {
    if (longWork != null) {
      longWork.cancel("the run pauses or ends");
    }
  }

  /** Leaves the run between two stages, to continue as new. */
  static final class RelayException extends RuntimeException {
    RelayException() {
      super("continues as new", null, false, false);
    }
  }

  /** Leaves the body of a stage that is to be begun again, or not at all. */
  private static final class StoppedException extends RuntimeException {
    StoppedException() {
      super("stopped", null, false, false);
    }
  }
}
