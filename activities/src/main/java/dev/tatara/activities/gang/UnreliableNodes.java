package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Nodes on which a run failed again and again, by its ledger. */
final class UnreliableNodes {
  private static final Set<FailureClass> COUNTED =
      EnumSet.of(FailureClass.INFRASTRUCTURE, FailureClass.HANG);

  private UnreliableNodes() {}

  /** Names of those with at least so many failures that may be the node's. */
  static SortedSet<String> of(Collection<LedgerEntry> ledger, int failures) {
    Map<String, Long> byNode =
        ledger.stream()
            .filter(entry -> COUNTED.contains(entry.failureClass()) && !entry.node().isEmpty())
            .collect(Collectors.groupingBy(LedgerEntry::node, Collectors.counting()));
    SortedSet<String> nodes = new TreeSet<>();
    byNode.forEach(
        (node, count) -> {
          if (count >= failures) {
            nodes.add(node);
          }
        });
    return nodes;
  }
}
