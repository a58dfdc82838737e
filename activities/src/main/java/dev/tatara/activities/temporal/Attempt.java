package dev.tatara.activities.temporal;

import dev.tatara.activities.gang.GangFailedException;
import dev.tatara.base.store.CorruptArtifactException;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.Stage;
import dev.tatara.k8s.cluster.ClusterException;
import dev.tatara.workflows.StageBeat;
import dev.tatara.workflows.StageProgress;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.failure.ApplicationFailure;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at an activity: it beats while the work goes on, interrupts the work when the
 * activity is cancelled, and tells failures apart by who must act.
 */
final class Attempt {
  private static final long BEAT_SECONDS = 1;

  /** With the back-off of the workflow, about seven minutes in which a store may be away. */
  private static final int MOST_ATTEMPTS_OUTSIDE = 18;

  /** What is our own fault fails the same way each time, or was a rare accident. */
  private static final int MOST_ATTEMPTS_OWN = 4;

  private final ActivityExecutionContext context = Activity.getExecutionContext();
  private final Thread worker = Thread.currentThread();
  private @Nullable ActivityCompletionException cancelled;
  private boolean ended;
  private volatile String trouble = "";
  private volatile @Nullable StageProgress progress;

  private Attempt() {}

  /** Does the work on this thread. */
  static <T> T at(Callable<T> work) {
    return new Attempt().run(work);
  }

  /** Does the work of a gang on this thread. */
  static <T> T atGang(Stage stage, GangWork<T> work) {
    Attempt attempt = new Attempt();
    return attempt.run(() -> work.with(new GangReports(attempt, stage)));
  }

  /** Work that a gang does. */
  interface GangWork<T> {
    T with(GangReports reports) throws Exception;
  }

  /** The run wants this work no more. Interrupted for another reason, it is another's to go on. */
  boolean isCancelled() {
    return cancelled() instanceof ActivityCanceledException;
  }

  private <T> T run(Callable<T> work) {
    ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(Attempt::daemon);
    beat.scheduleWithFixedDelay(this::beat, 0, BEAT_SECONDS, TimeUnit.SECONDS);
    try {
      return work.call();
    } catch (InvalidInputException e) {
      throw ApplicationFailure.newNonRetryableFailureWithCause(e.getMessage(), "InvalidInput", e);
    } catch (GangFailedException e) {
      throw ApplicationFailure.newNonRetryableFailureWithCause(e.getMessage(), "GangFailed", e);
    } catch (CorruptArtifactException e) {
      throw ApplicationFailure.newNonRetryableFailureWithCause(
          e.getMessage(), "CorruptArtifact", e);
    } catch (Exception e) {
      ActivityCompletionException reason = cancelled();
      throw reason == null ? failure(e) : reason;
    } finally {
      end();
      beat.shutdownNow();
    }
  }

  /** Tried again by the workflow, unless it was tried often enough. */
  private RuntimeException failure(Exception e) {
    boolean outside =
        e instanceof StoreException
            || e instanceof ClusterException
            || e instanceof UncheckedIOException;
    int most = outside ? MOST_ATTEMPTS_OUTSIDE : MOST_ATTEMPTS_OWN;
    if (context.getInfo().getAttempt() < most) {
      return Activity.wrap(e);
    }
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return ApplicationFailure.newNonRetryableFailureWithCause(
        "%s (tried %d times)".formatted(message, most), e.getClass().getSimpleName(), e);
  }

  /** From now on the activity's heartbeat says this; empty if there is none any more. */
  void isInTrouble(String sentence) {
    trouble = sentence;
  }

  /** From now on the activity's heartbeat says this. */
  void isAt(StageProgress newest) {
    progress = newest;
  }

  private void beat() {
    try {
      StageBeat beat = new StageBeat(progress, trouble);
      context.heartbeat(beat.progress() == null && beat.trouble().isEmpty() ? null : beat);
    } catch (ActivityCompletionException e) {
      cancel(e);
    }
  }

  private synchronized void cancel(ActivityCompletionException reason) {
    if (!ended && cancelled == null) {
      cancelled = reason;
      worker.interrupt();
    }
  }

  private synchronized @Nullable ActivityCompletionException cancelled() {
    return cancelled;
  }

  /** From here on a late cancellation may not interrupt whatever this thread does next. */
  private synchronized void end() {
    ended = true;
    boolean unused = Thread.interrupted();
  }

  private static Thread daemon(Runnable beat) {
    Thread thread = new Thread(beat, "heartbeat");
    thread.setDaemon(true);
    return thread;
  }
}
