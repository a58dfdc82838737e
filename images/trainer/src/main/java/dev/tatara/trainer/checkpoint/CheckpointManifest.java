package dev.tatara.trainer.checkpoint;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.task.SampleRange;
import java.util.List;

/**
 * What makes a checkpoint exist: written last, once all shards are there.
 *
 * @param step steps that were done
 * @param worldSize ranks, hence shards
 * @param epoch of the gang that wrote it
 * @param fingerprint of the artifact that is being made
 * @param elements of the model, without the padding that ranks add
 * @param engine as described by the rank that wrote it: equal bits need an equal engine
 * @param shards by rank
 * @param curve object with the training curve so far
 * @param samples digest of the indices of all samples so far, in their order, whatever the world
 *     size
 * @param skipped samples that are never trained on
 */
public record CheckpointManifest(
    int step,
    int worldSize,
    int epoch,
    String fingerprint,
    long elements,
    String engine,
    List<Shard> shards,
    ManifestObject curve,
    String samples,
    List<SampleRange> skipped) {
  public CheckpointManifest {
    shards = List.copyOf(shards);
    skipped = List.copyOf(skipped);
  }

  /**
   * The object in the store: a manifest vouches for all other objects of its checkpoint, and the
   * digest for the manifest.
   *
   * @param sha256 of the manifest's JSON, lower-case hex
   */
  record Sealed(CheckpointManifest manifest, String sha256) {
    static Sealed of(CheckpointManifest manifest) {
      return new Sealed(manifest, Json.digest(manifest));
    }

    /**
     * The manifest.
     *
     * @throws CorruptCheckpointException if it is not the one that was sealed
     */
    CheckpointManifest open() {
      String found = Json.digest(manifest);
      if (!found.equals(sha256)) {
        throw new CorruptCheckpointException(
            "its manifest has SHA-256 %s, but %s was expected".formatted(found, sha256));
      }
      return manifest;
    }
  }

  /**
   * This manifest, if what it says of its checkpoint can be true.
   *
   * @throws CorruptCheckpointException if not
   */
  CheckpointManifest sound(CheckpointId id) {
    if (step != id.step() || epoch != id.epoch()) {
      throw new CorruptCheckpointException(
          "its manifest is that of step %d of epoch %d".formatted(step, epoch));
    }
    for (Shard shard : shards) {
      for (Shard.Piece piece : shard.pieces()) {
        // Lengths that do not fit an integer would wrap around in every sum.
        if (piece.begin() < 0 || piece.begin() >= piece.end() || piece.end() > elements) {
          throw new CorruptCheckpointException(
              "%s has the elements %d to %d in its manifest, but the model has %d"
                  .formatted(shard.name(), piece.begin(), piece.end(), elements));
        }
      }
    }
    return this;
  }
}
