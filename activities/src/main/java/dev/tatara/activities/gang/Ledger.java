package dev.tatara.activities.gang;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.task.LedgerEntry;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The failures of a run, in the store at once, so that they outlive every process: {@code
 * runs/<run>/ledger/<gang>-<name>.json}.
 */
public final class Ledger {
  private final ObjectStore store;

  public Ledger(ObjectStore store) {
    this.store = store;
  }

  /** Writes an entry, in place of an earlier one of the same name of the same gang. */
  public void write(String run, String gang, String name, LedgerEntry entry) {
    store.write("%s%s-%s.json".formatted(prefix(run), gang, name), Json.bytes(entry));
  }

  /** Keeps the last lines of the log of the process that an entry tells of. */
  public void writeLog(String run, String gang, String name, String log) {
    store.write(
        "runs/%s/logs/%s-%s.log".formatted(run, gang, name), log.getBytes(StandardCharsets.UTF_8));
  }

  /** All entries of a run, oldest first. */
  public List<LedgerEntry> entries(String run) {
    return store.list(prefix(run)).stream()
        .map(key -> Json.read(store.read(key), LedgerEntry.class))
        .sorted(Comparator.comparing(LedgerEntry::at))
        .toList();
  }

  /** Those of one gang, by name, in the order of their names. */
  SortedMap<String, LedgerEntry> entries(String run, String gang) {
    String prefix = prefix(run) + gang + "-";
    SortedMap<String, LedgerEntry> entries = new TreeMap<>();
    for (String key : store.list(prefix)) {
      entries.put(
          key.substring(prefix.length()).replace(".json", ""),
          Json.read(store.read(key), LedgerEntry.class));
    }
    return entries;
  }

  private static String prefix(String run) {
    return "runs/%s/ledger/".formatted(run);
  }
}
