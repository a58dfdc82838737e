package dev.tatara.trainer;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.TimeSpent;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.trainer.gang.Epochs;
import java.util.ArrayDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rank 0's word to the launcher, rewritten about once a second while the process lives. It names
 * its epoch, so that a stale one's is known as such.
 */
final class ProgressObject implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressObject.class);
  private static final int RATE_STEPS = 20;

  /** A process that dies forgets at most so much of where its time went. */
  private static final int SPENT_SECONDS = 5;

  private static final double NANOS = 1e9;

  private final ObjectStore store;
  private final WorkKeys keys;
  private final TrainTask task;
  private final Epochs epochs;
  private final ArrayDeque<Moment> recent = new ArrayDeque<>();
  private final ScheduledExecutorService beat =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "progress");
            thread.setDaemon(true);
            return thread;
          });

  private String phase = Phase.STARTING.word();
  private int restoredStep;
  private int done;
  private long tokens;
  private @Nullable StepReport last;
  private @Nullable TaskProgress written;
  private @Nullable TimeSpent spent;
  private @Nullable TimeSpent spentWritten;

  private record Moment(long nanos, long tokens) {}

  private ProgressObject(ObjectStore store, TrainTask task, Epochs epochs) {
    this.store = store;
    this.keys = new WorkKeys(task.workPrefix());
    this.task = task;
    this.epochs = epochs;
  }

  static ProgressObject start(ObjectStore store, TrainTask task, Epochs epochs) {
    ProgressObject progress = new ProgressObject(store, task, epochs);
    progress.beat.scheduleWithFixedDelay(progress::write, 0, 1, TimeUnit.SECONDS);
    progress.beat.scheduleWithFixedDelay(
        progress::writeSpent, SPENT_SECONDS, SPENT_SECONDS, TimeUnit.SECONDS);
    return progress;
  }

  /** What is being done now, in a word. */
  synchronized void phase(Phase next) {
    phase = next.word();
    if (next == Phase.FORMING) {
      // The next epoch has made no step yet, whatever the one before has made.
      restoredStep = done;
    }
  }

  /** So much of the validation is done. */
  synchronized void validating(int batches, int of) {
    phase = "%s %d/%d".formatted(Phase.VALIDATING.word(), batches, of);
  }

  /** Training goes on from here. */
  synchronized void restored(int step) {
    restoredStep = step;
    done = step;
  }

  /** A step is done. */
  synchronized void step(StepReport report) {
    done = report.step();
    last = report;
    tokens += report.tokens();
    recent.addLast(new Moment(System.nanoTime(), tokens));
    if (recent.size() > RATE_STEPS) {
      recent.removeFirst();
    }
  }

  /** Tokens per second over the last steps. */
  synchronized double rate() {
    if (recent.size() < 2) {
      return last == null ? 0 : last.tokens() / Math.max(last.seconds(), 1 / NANOS);
    }
    Moment first = recent.getFirst();
    Moment newest = recent.getLast();
    return (newest.tokens() - first.tokens()) * NANOS / Math.max(1, newest.nanos() - first.nanos());
  }

  private synchronized TaskProgress snapshot() {
    return new TaskProgress(
        epochs.own(), done, task.steps(), "steps", rate(), phase, last, restoredStep);
  }

  private void write() {
    try {
      TaskProgress now = snapshot();
      if (!now.equals(written) && epochs.isNewest()) {
        store.write(keys.progress(), Json.bytes(now));
        written = now;
      }
    } catch (StoreException e) {
      LOG.warn("progress not written: {}", e.getMessage());
    }
  }

  /** Where the time of training went so far. */
  synchronized void spent(TimeSpent time) {
    spent = time;
  }

  private synchronized @Nullable TimeSpent spent() {
    return spent;
  }

  private void writeSpent() {
    try {
      TimeSpent now = spent();
      if (now != null && !now.equals(spentWritten) && epochs.isNewest()) {
        store.write(keys.timeSpent(), Json.bytes(now));
        spentWritten = now;
      }
    } catch (StoreException e) {
      LOG.warn("time spent not written: {}", e.getMessage());
    }
  }

  /** Writes the last state and ends the beat. */
  @Override
  public void close() {
    beat.execute(this::write);
    beat.execute(this::writeSpent);
    beat.shutdown();
    try {
      beat.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
