package dev.tatara.activities.gang;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.RestartOrder;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.WorkKeys;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * What launcher and ranks of one gang leave in the store for each other: the epoch below which no
 * gang is to be formed any more, how far the ranks have come, and what they survived by themselves.
 */
final class Epochs {
  private final ObjectStore store;
  private final WorkKeys keys;

  Epochs(ObjectStore store, String workPrefix) {
    this.store = store;
    this.keys = new WorkKeys(workPrefix);
  }

  /** The newest epoch that a launcher has opened or a rank has claimed; 0 before the first. */
  int newest() {
    return Math.max(
        number(keys.epoch()),
        store.list(keys.epochs()).stream()
            .flatMap(key -> WorkKeys.epochOf(key).stream())
            .max(Comparator.naturalOrder())
            .orElse(0));
  }

  /** Opens an epoch that no earlier process has been in: from now on, no earlier one is formed. */
  int open() {
    return openAfter(newest());
  }

  /**
   * Opens the epoch after one that has failed. Its survivors may have claimed it before: they are
   * not to be sent on to yet another one.
   */
  int openAfter(int failed) {
    int epoch = Math.max(failed, number(keys.epoch())) + 1;
    store.write(keys.epoch(), bytes(epoch));
    return epoch;
  }

  /** Notes that the launcher ended the gang itself, on purpose. */
  void release() {
    store.write(released(), bytes(newest()));
  }

  /** The gang is not known to have ended in good order: its launcher was cut off. */
  boolean wasCutOff() {
    return newest() > number(released());
  }

  /** Notes that the launcher leaves a healthy gang to the next one, on purpose. */
  void handOver() {
    store.write(handedOver(), bytes(1));
  }

  /** Whether the last launcher did so; asked once. */
  boolean wasHandedOver() {
    boolean handed = number(handedOver()) == 1;
    store.write(handedOver(), bytes(0));
    return handed;
  }

  private String handedOver() {
    return keys.prefix() + "handed-over";
  }

  private String released() {
    return keys.prefix() + "released";
  }

  Optional<TaskProgress> progress() {
    return store.readIfPresent(keys.progress()).map(bytes -> Json.read(bytes, TaskProgress.class));
  }

  /** Asks the pod of a rank to kill its process and to start another one. */
  void orderRestart(int rank) {
    RestartOrder order = new RestartOrder(UUID.randomUUID().toString());
    store.write(keys.restartOrder(rank), Json.bytes(order));
  }

  /** The last sign of life of each rank that has given one. */
  List<Heartbeat> beats(int worldSize) {
    return IntStream.range(0, worldSize)
        .mapToObj(rank -> store.readIfPresent(keys.beat(rank)))
        .flatMap(Optional::stream)
        .map(bytes -> Json.read(bytes, Heartbeat.class))
        .toList();
  }

  /** What the ranks survived without help, by name, in the order in which it happened. */
  SortedMap<String, LedgerEntry> incidents() {
    SortedMap<String, LedgerEntry> incidents = new TreeMap<>();
    for (String key : store.list(keys.incidents())) {
      incidents.put(
          key.substring(keys.incidents().length()).replace(".json", ""),
          Json.read(store.read(key), LedgerEntry.class));
    }
    return incidents;
  }

  /** Last lines of the process that an incident tells of; empty if it told none. */
  String log(String incident) {
    return store
        .readIfPresent(keys.incidentLog(incident))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("");
  }

  private int number(String key) {
    return store
        .readIfPresent(key)
        .map(bytes -> Integer.parseInt(new String(bytes, StandardCharsets.UTF_8).strip()))
        .orElse(0);
  }

  private static byte[] bytes(int number) {
    return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
  }
}
