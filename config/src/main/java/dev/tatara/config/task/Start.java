package dev.tatara.config.task;

import java.util.List;

/**
 * Where the gang of an epoch began: written once, at {@link WorkKeys#start}, when all its ranks
 * have loaded the same state. It is the fence: a checkpoint of an older epoch and a later step is
 * not of this lineage and is never read.
 *
 * @param epoch of the gang
 * @param worldSize its ranks
 * @param step steps that are done; 0 at the beginning
 * @param checkpointEpoch epoch that wrote the checkpoint it began from; 0 without one
 * @param skipped samples that are never trained on: one range for each rollback so far, oldest
 *     first; they may overlap
 * @param cause why the epoch began, in a few words
 */
public record Start(
    int epoch,
    int worldSize,
    int step,
    int checkpointEpoch,
    List<SampleRange> skipped,
    String cause) {
  public Start {
    skipped = skipped == null ? List.of() : List.copyOf(skipped);
  }
}
