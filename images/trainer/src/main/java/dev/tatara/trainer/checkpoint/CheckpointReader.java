package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.StoreException;
import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.gang.Gang;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back the newest checkpoint that verifies. All ranks agree on it: rank 0 proposes, each
 * verifies and loads what its slices need, and one that fails makes all fall back to an older one.
 */
public final class CheckpointReader {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointReader.class);
  private static final long NONE = -1;

  private final Checkpoints checkpoints;
  private final Gang gang;
  private final String fingerprint;
  private final String engine;
  private final long elements;

  /**
   * @param fingerprint that a checkpoint must have been written for
   * @param engine description of this rank's engine
   * @param elements of the model, without the padding that ranks add
   */
  public CheckpointReader(
      Checkpoints checkpoints, Gang gang, String fingerprint, String engine, long elements) {
    this.checkpoints = checkpoints;
    this.gang = gang;
    this.fingerprint = fingerprint;
    this.engine = engine;
    this.elements = elements;
  }

  /**
   * What was brought back.
   *
   * @param step steps that are done
   * @param curve their points
   */
  public record Restored(int step, List<StepReport.Point> curve) {}

  /** Fills this rank's state from a checkpoint, if there is one; the rest must be gathered. */
  public Optional<Restored> restore(TrainingState state) {
    Iterator<Integer> candidates =
        (gang.rank() == 0 ? checkpoints.steps() : List.<Integer>of()).iterator();
    while (true) {
      long step = agree(candidates.hasNext() ? candidates.next() : NONE);
      if (step == NONE) {
        return Optional.empty();
      }
      Optional<Restored> restored = attempt((int) step, state);
      if (sum(restored.isPresent() ? 0 : 1) == 0) {
        return restored;
      }
    }
  }

  /** Rank 0's value, on every rank. */
  private long agree(long proposal) {
    return sum(gang.rank() == 0 ? proposal : 0);
  }

  private long sum(long value) {
    try (PointerScope scope = new PointerScope()) {
      Tensor sum = Tensor.create(new long[] {value});
      gang.sum(sum);
      return sum.item_long();
    }
  }

  private Optional<Restored> attempt(int step, TrainingState state) {
    try {
      CheckpointManifest manifest = checkpoints.manifest(step);
      requireSameTask(manifest);
      new ShardReader(checkpoints.store(), checkpoints.prefix(step), state).read(manifest.shards());
      byte[] curve = checkpoints.store().read(checkpoints.prefix(step) + Checkpoints.CURVE);
      if (!Checkpoints.describe(curve).equals(manifest.curve())) {
        throw new CorruptCheckpointException("its curve has other bytes than its manifest says");
      }
      if (!manifest.engine().equals(engine) || manifest.worldSize() != gang.size()) {
        LOG.warn(
            "checkpoint step={} was written by {} ranks on {}; {} ranks on {} go on with other rounding",
            step,
            manifest.worldSize(),
            manifest.engine(),
            gang.size(),
            engine);
      }
      return Optional.of(new Restored(manifest.step(), Curve.read(curve)));
    } catch (CorruptCheckpointException | StoreException e) {
      LOG.warn(
          "checkpoint step={} is not usable, falling back to an older one: {}",
          step,
          e.getMessage());
      return Optional.empty();
    }
  }

  private void requireSameTask(CheckpointManifest manifest) {
    if (!manifest.fingerprint().equals(fingerprint) || manifest.elements() != elements) {
      throw new CorruptCheckpointException(
          "it was written for the artifact %s of %d elements, not for %s of %d"
              .formatted(manifest.fingerprint(), manifest.elements(), fingerprint, elements));
    }
  }
}
