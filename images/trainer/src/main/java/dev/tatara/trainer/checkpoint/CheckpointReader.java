package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.MissingObjectException;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.gang.Gang;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back the newest checkpoint that verifies. All ranks agree on it: rank 0 proposes, each
 * verifies and loads what its range needs, and one that fails makes all fall back to an older one.
 */
public final class CheckpointReader {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointReader.class);
  private static final CheckpointId NONE = new CheckpointId(-1, -1);

  /** A store that is away for a while must not cost a checkpoint; one that stays away ends it. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Checkpoints checkpoints;
  private final Gang gang;
  private final String fingerprint;
  private final String engine;
  private final long elements;
  private final Runnable check;

  /**
   * @param fingerprint that a checkpoint must have been written for
   * @param engine description of this rank's engine
   * @param elements of the model, without the padding that ranks add
   * @param check throws when the gang must be left; called while the store is away
   */
  public CheckpointReader(
      Checkpoints checkpoints,
      Gang gang,
      String fingerprint,
      String engine,
      long elements,
      Runnable check) {
    this.checkpoints = checkpoints;
    this.gang = gang;
    this.fingerprint = fingerprint;
    this.engine = engine;
    this.elements = elements;
    this.check = check;
  }

  /**
   * What was brought back.
   *
   * @param curve points of the steps done
   * @param samples digest of the samples so far
   */
  public record Restored(CheckpointId id, List<StepReport.Point> curve, String samples) {}

  /** Hears of checkpoints that were not usable; called on one rank for each. */
  @FunctionalInterface
  public interface Witness {
    /**
     * @param attempt counts the checkpoints that were tried, from 1
     */
    void unusable(CheckpointId id, String reason, int attempt);
  }

  /**
   * Fills this rank's state from a checkpoint, if there is one; the rest must be gathered.
   *
   * @param candidates newest first; only those of rank 0 count
   * @throws StoreException if the store is away for longer than a while
   */
  public Optional<Restored> restore(
      List<CheckpointId> candidates, TrainingState state, Witness witness) {
    Iterator<CheckpointId> proposals =
        (gang.rank() == 0 ? candidates : List.<CheckpointId>of()).iterator();
    for (int tried = 1; ; tried++) {
      CheckpointId id = agree(proposals.hasNext() ? proposals.next() : NONE);
      if (id.equals(NONE)) {
        return Optional.empty();
      }
      Attempt attempt = attempt(id, state);
      int failed = firstFailed(attempt);
      if (failed < 0) {
        return attempt.restored();
      }
      LOG.warn("checkpoint {} is not usable, falling back to an older one: {}", id, attempt.text());
      if (failed == gang.rank()) {
        witness.unusable(id, attempt.text(), tried);
      }
    }
  }

  /** Rank 0's value, on every rank. */
  private CheckpointId agree(CheckpointId proposal) {
    long[] sums =
        sum(gang.rank() == 0 ? new long[] {proposal.step(), proposal.epoch()} : new long[2]);
    return new CheckpointId((int) sums[0], (int) sums[1]);
  }

  /** The lowest rank that could not load its part; -1 if all could. */
  private int firstFailed(Attempt attempt) {
    long[] failures = new long[gang.size()];
    failures[gang.rank()] = attempt.restored().isPresent() ? 0 : 1;
    long[] sums = sum(failures);
    for (int rank = 0; rank < sums.length; rank++) {
      if (sums[rank] > 0) {
        return rank;
      }
    }
    return -1;
  }

  private long[] sum(long[] values) {
    try (PointerScope scope = new PointerScope()) {
      Tensor sum = Tensor.create(values);
      gang.sum(sum);
      long[] sums = new long[values.length];
      new LongPointer(sum.data_ptr()).get(sums);
      return sums;
    }
  }

  /** What came of loading: the state, or why not. */
  private record Attempt(Optional<Restored> restored, String text) {}

  private Attempt attempt(CheckpointId id, TrainingState state) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return new Attempt(Optional.of(load(id, state)), "it is whole");
      } catch (CorruptCheckpointException | MissingObjectException e) {
        return new Attempt(Optional.empty(), String.valueOf(e.getMessage()));
      } catch (StoreException | UncheckedIOException e) {
        // It says nothing about the checkpoint, and an older one would cost steps.
        if (System.nanoTime() > deadline) {
          throw e;
        }
        LOG.warn("checkpoint {} is tried again, the store is away: {}", id, e.getMessage());
        check.run();
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private Restored load(CheckpointId id, TrainingState state) {
    CheckpointManifest manifest = checkpoints.manifest(id);
    requireSameTask(manifest);
    new ShardReader(checkpoints.store(), checkpoints.prefix(id), state).read(manifest.shards());
    byte[] curve = checkpoints.store().read(checkpoints.prefix(id) + Checkpoints.CURVE);
    if (!Checkpoints.describe(curve).equals(manifest.curve())) {
      throw new CorruptCheckpointException("its curve has other bytes than its manifest says");
    }
    if (!manifest.engine().equals(engine) || manifest.worldSize() != gang.size()) {
      LOG.warn(
          "checkpoint {} was written by {} ranks on {}; {} ranks on {} go on with other rounding",
          id,
          manifest.worldSize(),
          manifest.engine(),
          gang.size(),
          engine);
    }
    return new Restored(id, Curve.read(curve), manifest.samples());
  }

  private void requireSameTask(CheckpointManifest manifest) {
    if (!manifest.fingerprint().equals(fingerprint) || manifest.elements() != elements) {
      throw new CorruptCheckpointException(
          "it was written for the artifact %s of %d elements, not for %s of %d"
              .formatted(manifest.fingerprint(), manifest.elements(), fingerprint, elements));
    }
  }
}
