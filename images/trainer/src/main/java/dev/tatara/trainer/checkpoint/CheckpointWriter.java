package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.task.SampleRange;
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
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this rank's shard of each checkpoint in the background; on rank 0 also waits for the
 * others' shards and commits. A checkpoint that cannot be written is logged and missed; training
 * goes on, since the one before still stands. It outlives its gang, as its memory does.
 */
public final class CheckpointWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

  /** Shorter than a gang's patience, so that a slow store breaks no collective. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration GRACE = Duration.ofMillis(500);
  private static final Duration SLICE = Duration.ofMillis(200);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Checkpoints checkpoints;
  private final Identity identity;
  private final TrainingState state;
  private final IntSupplier newestEpoch;
  private final HostCopy copy;
  private final ExecutorService background =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "checkpoint");
            thread.setDaemon(true);
            return thread;
          });
  private Future<Boolean> running = CompletableFuture.completedFuture(true);
  private volatile Lineage lineage = new Lineage(0, List.of());
  private volatile int epoch;
  private volatile double writeSeconds;
  private final DoubleAdder stallSeconds = new DoubleAdder();
  private int begun;

  /**
   * What stays the same over all checkpoints of a process.
   *
   * @param elements of the model, without the padding that ranks add
   * @param engine description of the engine
   */
  public record Identity(
      int rank, int worldSize, String fingerprint, long elements, String engine) {}

  /**
   * Where training stands.
   *
   * @param step steps that are done
   * @param curve points of all steps so far; used on rank 0
   * @param samples digest of all samples so far
   * @param skipped samples that are never trained on
   */
  public record Standing(
      int step, List<StepReport.Point> curve, String samples, List<SampleRange> skipped) {}

  /**
   * @param state live tensors; their content is read only within {@link #save}
   * @param newestEpoch looks it up; only the newest gang deletes
   */
  public CheckpointWriter(
      Checkpoints checkpoints, Identity identity, TrainingState state, IntSupplier newestEpoch) {
    this.checkpoints = checkpoints;
    this.identity = identity;
    this.state = state;
    this.copy = new HostCopy(state.elements());
    this.newestEpoch = newestEpoch;
  }

  /**
   * From here on writes for this epoch. A checkpoint of the epoch before that lacks shards is given
   * up, since nobody will write them; one that is being written is waited for.
   */
  public void enter(int newEpoch, Lineage newLineage) {
    epoch = newEpoch;
    // Whatever it still waits for, it sees the new epoch and ends.
    await(() -> {});
    lineage = newLineage;
  }

  /**
   * Copies the state and begins to write it; first waits for the checkpoint before to be written.
   *
   * @param check throws when nobody can be waited for any more
   * @return seconds that the caller was kept
   */
  public double save(Standing standing, Runnable check) {
    long start = System.nanoTime();
    await(check);
    copy.take(state);
    Standing kept =
        identity.rank() == 0
            ? new Standing(
                standing.step(),
                List.copyOf(standing.curve()),
                standing.samples(),
                standing.skipped())
            : new Standing(standing.step(), List.of(), "", List.of());
    double stall = (System.nanoTime() - start) / 1e9;
    CheckpointMetrics.STALL.observe(stall);
    stallSeconds.add(stall);
    begun++;
    CheckpointId id = new CheckpointId(standing.step(), epoch);
    running = background.submit(() -> write(id, kept, stall));
    return stall;
  }

  /**
   * Seconds that training stood still for checkpoints of this process's gangs; on rank 0 those of
   * the slowest rank, since the others wait for it in the next step.
   */
  public double stallSeconds() {
    return stallSeconds.sum();
  }

  /** Checkpoints begun. */
  public int begun() {
    return begun;
  }

  /** Whether a checkpoint is being written. */
  public boolean busy() {
    return !running.isDone();
  }

  /** Seconds that the last write took in the background; 0 before the first. */
  public double writeSeconds() {
    return writeSeconds;
  }

  /**
   * Waits until all that was begun is written; false if the last checkpoint was missed.
   *
   * @param check throws when nobody can be waited for any more
   */
  public boolean await(Runnable check) {
    try {
      while (!running.isDone()) {
        check.run();
        awaitSlice();
      }
      return running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a checkpoint failed", e.getCause());
    }
  }

  private void awaitSlice() throws InterruptedException, ExecutionException {
    try {
      running.get(SLICE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // It is not done; the caller looks again.
    }
  }

  private boolean write(CheckpointId id, Standing standing, double stall) {
    long start = System.nanoTime();
    try {
      writeShard(id, stall);
      boolean complete = identity.rank() != 0 || commit(id, standing);
      double seconds = (System.nanoTime() - start) / 1e9;
      writeSeconds = seconds;
      CheckpointMetrics.SECONDS.observe(seconds);
      if (complete) {
        LOG.info(
            "checkpoint step={} epoch={} bytes={} seconds={} stall={}",
            id.step(),
            id.epoch(),
            copy.bytes(),
            "%.3f".formatted(seconds),
            "%.4f".formatted(stall));
      }
      return complete;
    } catch (StoreException e) {
      LOG.warn(
          "checkpoint step={} missed, the one before it stands: {}", id.step(), e.getMessage());
      return false;
    }
  }

  private void writeShard(CheckpointId id, double stall) {
    int rank = identity.rank();
    String name = "rank-%d.bin".formatted(rank);
    checkpoints.store().write(checkpoints.prefix(id) + name, copy.stream(), copy.bytes());
    Shard shard = new Shard(rank, name, copy.bytes(), copy.pieces(state), id.epoch(), stall);
    checkpoints.store().write(checkpoints.shardKey(id, rank), Json.bytes(shard));
  }

  private boolean commit(CheckpointId id, Standing standing) {
    List<Shard> shards = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (int rank = 0; rank < identity.worldSize(); rank++) {
      Optional<Shard> shard = checkpoints.shard(id, rank);
      while (shard.isEmpty() && id.epoch() == epoch && System.nanoTime() < deadline) {
        // The store has no way to tell when an object appears.
        LockSupport.parkNanos(POLL.toNanos());
        shard = checkpoints.shard(id, rank);
      }
      if (shard.isEmpty()) {
        LOG.warn("checkpoint step={} missed, rank {} did not write its shard", id.step(), rank);
        return false;
      }
      shards.add(shard.get());
    }
    double own = shards.get(0).stall();
    stallSeconds.add(shards.stream().mapToDouble(Shard::stall).max().orElse(own) - own);
    byte[] lines = Curve.write(standing.curve());
    checkpoints.commit(
        new CheckpointManifest(
            id.step(),
            identity.worldSize(),
            id.epoch(),
            identity.fingerprint(),
            identity.elements(),
            identity.engine(),
            shards,
            Checkpoints.describe(lines),
            standing.samples(),
            standing.skipped()),
        lines);
    if (newestEpoch.getAsInt() == id.epoch()) {
      checkpoints.forget(id, lineage);
    }
    return true;
  }

  /** Ends the background work; a checkpoint that is being written has a moment left. */
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
