package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.task.SampleRange;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.WorkKeys;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Where the gangs before this one began, which tells what of their writing counts: a checkpoint of
 * an epoch counts only as far as every later epoch has gone on from it. What a stale rank writes
 * after a newer gang has begun is therefore never read, without any clock or lock.
 */
public final class Lineage {
  private final NavigableMap<Integer, Start> starts = new TreeMap<>();
  private final int epoch;

  /**
   * @param epoch of the gang that asks
   * @param starts of epochs, in any order
   */
  public Lineage(int epoch, List<Start> starts) {
    this.epoch = epoch;
    for (Start start : starts) {
      if (start.epoch() < epoch) {
        this.starts.put(start.epoch(), start);
      }
    }
  }

  /** Reads the starts of all epochs before this one. */
  public static Lineage read(ObjectStore store, WorkKeys keys, int epoch) {
    List<Start> starts =
        store.list(keys.epochs()).stream()
            .filter(key -> WorkKeys.epochOf(key).filter(e -> key.equals(keys.start(e))).isPresent())
            .map(key -> Json.read(store.read(key), Start.class))
            .toList();
    return new Lineage(epoch, starts);
  }

  /** Whether a checkpoint may be gone on from. */
  public boolean admits(CheckpointId checkpoint) {
    return checkpoint.epoch() <= epoch
        && starts.tailMap(checkpoint.epoch(), false).values().stream()
            .allMatch(start -> checkpoint.step() <= start.step());
  }

  /** The samples that the newest gang before this one left out. */
  public List<SampleRange> skipped() {
    return starts.isEmpty() ? List.of() : starts.lastEntry().getValue().skipped();
  }
}
