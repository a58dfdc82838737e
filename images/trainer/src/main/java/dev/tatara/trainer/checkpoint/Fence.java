package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.ObjectStore;
import java.nio.charset.StandardCharsets;

/**
 * Keeps gangs of an older epoch from writing: the launcher writes the newest epoch before it starts
 * a gang.
 */
public final class Fence {
  private final ObjectStore store;
  private final String key;
  private final int epoch;

  /**
   * @param workPrefix key prefix under which the object {@code epoch} lies
   * @param epoch of this gang
   */
  public Fence(ObjectStore store, String workPrefix, int epoch) {
    this.store = store;
    this.key = workPrefix + "epoch";
    this.epoch = epoch;
  }

  /** The epoch of this gang. */
  public int epoch() {
    return epoch;
  }

  /**
   * Returns if this gang is the newest.
   *
   * @throws FencedException if a newer one has been formed
   */
  public void check() {
    int newest =
        store
            .readIfPresent(key)
            .map(bytes -> Integer.parseInt(new String(bytes, StandardCharsets.UTF_8).strip()))
            .orElse(epoch);
    if (newest > epoch) {
      throw new FencedException(epoch, newest);
    }
  }
}
