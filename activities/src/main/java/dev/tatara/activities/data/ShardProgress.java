package dev.tatara.activities.data;

/** Told about every few documents of a shard's work: for the bar, the metrics and the heartbeat. */
@FunctionalInterface
public interface ShardProgress {
  /**
   * @param done units finished
   * @param total units in all; 0 if unknown
   */
  void at(long done, long total);
}
