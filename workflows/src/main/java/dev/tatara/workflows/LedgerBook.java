package dev.tatara.workflows;

import dev.tatara.config.task.LedgerEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The failures of a run. One is told several times while it heals; the newest telling counts. */
final class LedgerBook {
  private final Map<String, LedgerEntry> entries = new LinkedHashMap<>();

  void add(LedgerEntry entry) {
    entries.put(entry.id(), entry);
  }

  void addAll(Collection<LedgerEntry> more) {
    more.forEach(this::add);
  }

  /** All failures, oldest first. */
  List<LedgerEntry> entries() {
    List<LedgerEntry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparing(LedgerEntry::at));
    return sorted;
  }
}
