package dev.tatara.activities.gang;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.task.TaskProgress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The epochs of one gang in the store: the newest one fences all before it, and a mark tells
 * whether it ended in good order.
 */
final class Epochs {
  private final ObjectStore store;
  private final String prefix;

  Epochs(ObjectStore store, String workPrefix) {
    this.store = store;
    this.prefix = workPrefix;
  }

  /** The newest epoch; 0 before the first. */
  int newest() {
    return number("epoch");
  }

  /** Opens the next epoch: from now on, no earlier one may write. */
  int open() {
    int epoch = newest() + 1;
    store.write(prefix + "epoch", bytes(epoch));
    return epoch;
  }

  /** Notes that the launcher ended this epoch itself, on purpose. */
  void release(int epoch) {
    store.write(prefix + "released", bytes(epoch));
  }

  /** The newest epoch is not known to have ended in good order: its launcher was cut off. */
  boolean wasCutOff() {
    return newest() > number("released");
  }

  Optional<TaskProgress> progress() {
    return store
        .readIfPresent(prefix + "progress.json")
        .map(bytes -> Json.read(bytes, TaskProgress.class));
  }

  private int number(String name) {
    return store
        .readIfPresent(prefix + name)
        .map(bytes -> Integer.parseInt(new String(bytes, StandardCharsets.UTF_8).strip()))
        .orElse(0);
  }

  private static byte[] bytes(int number) {
    return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
  }
}
