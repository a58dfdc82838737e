package dev.tatara.trainer.checkpoint;

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
}
