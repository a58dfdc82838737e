package dev.tatara.evaluator.evaluate;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.task.TaskProgress;
import io.prometheus.client.Counter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rewrites the progress object once a second until closed; items are sequences scored. */
final class EvaluationProgress implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EvaluationProgress.class);
  private static final Counter SEQUENCES =
      Counter.build("tatara_evaluate_sequences_total", "Sequences scored").register();
  private static final Counter TOKENS =
      Counter.build("tatara_evaluate_tokens_total", "Tokens read by the model").register();

  private final ObjectStore store;
  private final String key;
  private final int epoch;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
          });

  private final AtomicLong done = new AtomicLong();
  private volatile String phase = "starting";
  private volatile long total;
  private volatile long scoringStart = start;

  EvaluationProgress(ObjectStore store, String key, int epoch) {
    this.store = store;
    this.key = key;
    this.epoch = epoch;
    var unused = clock.scheduleWithFixedDelay(this::write, 0, 1, TimeUnit.SECONDS);
  }

  /** From now on so many sequences are scored. */
  void scoring(long sequences) {
    total = sequences;
    scoringStart = System.nanoTime();
    phase = "scoring";
  }

  /** So many more sequences and tokens are done. */
  void scored(int sequences, int tokens) {
    done.addAndGet(sequences);
    SEQUENCES.inc(sequences);
    TOKENS.inc(tokens);
  }

  private void write() {
    double seconds = Math.max(1e-3, (System.nanoTime() - scoringStart) / 1e9);
    long count = done.get();
    TaskProgress progress =
        new TaskProgress(epoch, count, total, "items", count / seconds, phase, null, 0);
    try {
      store.write(key, Json.bytes(progress));
    } catch (StoreException e) {
      // Progress is for watching only: the next write may succeed, the result must.
      LOG.warn("progress not written: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      // A write under way must not come after the last one.
      if (clock.awaitTermination(30, TimeUnit.SECONDS)) {
        phase = "done";
        write();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LOG.info(
        "evaluate sequences={} seconds={}",
        done.get(),
        (System.nanoTime() - start) / 1_000_000_000);
  }
}
