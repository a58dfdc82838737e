package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.task.StepReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this rank's shard of each checkpoint in the background; on rank 0 also waits for the
 * others' shards and commits. A checkpoint that cannot be written is logged and missed; training
 * goes on, since the one before still stands.
 */
public final class CheckpointWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

  /** Shorter than a gang's patience, so that a slow store breaks no collective. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration GRACE = Duration.ofMillis(500);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Checkpoints checkpoints;
  private final Identity identity;
  private final TrainingState state;
  private final HostCopy copy;
  private final Consumer<FencedException> onFenced;
  private final ExecutorService background =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "checkpoint");
            thread.setDaemon(true);
            return thread;
          });
  private Future<Boolean> running = CompletableFuture.completedFuture(true);

  /**
   * What stays the same over all checkpoints of a gang.
   *
   * @param elements of the model, without the padding that ranks add
   * @param engine description of the engine
   */
  public record Identity(
      int rank, int worldSize, String fingerprint, long elements, String engine) {}

  /**
   * @param state live tensors; their content is read only within {@link #save}
   * @param onFenced called in the background when a newer gang has taken over
   */
  public CheckpointWriter(
      Checkpoints checkpoints,
      Identity identity,
      TrainingState state,
      Consumer<FencedException> onFenced) {
    this.checkpoints = checkpoints;
    this.identity = identity;
    this.state = state;
    this.copy = new HostCopy(state.elements());
    this.onFenced = onFenced;
  }

  /**
   * Copies the state and begins to write it; first waits for the checkpoint before to be written.
   *
   * @param step steps that are done
   * @param curve points of all steps so far; used on rank 0
   * @return seconds that the caller was kept
   */
  public double save(int step, List<StepReport.Point> curve) {
    long start = System.nanoTime();
    await();
    copy.take(state);
    List<StepReport.Point> points = identity.rank() == 0 ? List.copyOf(curve) : List.of();
    double stall = (System.nanoTime() - start) / 1e9;
    running = background.submit(() -> write(step, points, stall));
    return stall;
  }

  /** Waits until all that was begun is written; false if the last checkpoint was missed. */
  public boolean await() {
    try {
      return running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a checkpoint failed", e.getCause());
    }
  }

  private boolean write(int step, List<StepReport.Point> curve, double stall) {
    long start = System.nanoTime();
    try {
      writeShard(step);
      boolean complete = identity.rank() != 0 || commit(step, curve);
      double seconds = (System.nanoTime() - start) / 1e9;
      CheckpointMetrics.SECONDS.observe(seconds);
      CheckpointMetrics.STALL.observe(stall);
      if (complete) {
        LOG.info(
            "checkpoint step={} bytes={} seconds={} stall={}",
            step,
            copy.bytes(),
            "%.3f".formatted(seconds),
            "%.4f".formatted(stall));
      }
      return complete;
    } catch (FencedException e) {
      onFenced.accept(e);
      return false;
    } catch (StoreException e) {
      LOG.warn("checkpoint step={} missed, the one before it stands: {}", step, e.getMessage());
      return false;
    }
  }

  private void writeShard(int step) {
    int rank = identity.rank();
    String name = "rank-%d.bin".formatted(rank);
    checkpoints.fence().check();
    checkpoints.store().write(checkpoints.prefix(step) + name, copy.stream(), copy.bytes());
    Shard shard =
        new Shard(rank, name, copy.bytes(), copy.pieces(state), checkpoints.fence().epoch());
    checkpoints.store().write(checkpoints.shardKey(step, rank), Json.bytes(shard));
  }

  private boolean commit(int step, List<StepReport.Point> curve) {
    List<Shard> shards = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (int rank = 0; rank < identity.worldSize(); rank++) {
      Optional<Shard> shard = checkpoints.shard(step, rank);
      while (shard.isEmpty() && System.nanoTime() < deadline) {
        // The store has no way to tell when an object appears.
        LockSupport.parkNanos(POLL.toNanos());
        shard = checkpoints.shard(step, rank);
      }
      if (shard.isEmpty()) {
        LOG.warn("checkpoint step={} missed, rank {} did not write its shard", step, rank);
        return false;
      }
      shards.add(shard.get());
    }
    byte[] lines = Curve.write(curve);
    checkpoints.commit(
        new CheckpointManifest(
            step,
            identity.worldSize(),
            checkpoints.fence().epoch(),
            identity.fingerprint(),
            identity.elements(),
            identity.engine(),
            shards,
            Checkpoints.describe(lines)),
        lines);
    return true;
  }

  /**
   * Ends the background work. A checkpoint that is being written has a moment left: after a failure
   * the others are gone, and the launcher waits to form the gang anew.
   */
  @Override
  public void close() {
    background.shutdown();
    try {
      background.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
