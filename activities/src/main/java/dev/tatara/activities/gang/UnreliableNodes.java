package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Nodes on which a run failed again and again, by its ledger. */
final class UnreliableNodes {
  private static final Set<FailureClass> COUNTED =
      EnumSet.of(FailureClass.INFRASTRUCTURE, FailureClass.HANG);

  private UnreliableNodes() {}

  /**
   * Names of those with at least so many failures that may be the node's.
   *
   * @param ledger one failure may be told in it several times
   */
  static SortedSet<String> of(Stream<LedgerEntry> ledger, int failures) {
    Map<String, Set<String>> byNode =
        ledger
            .filter(entry -> COUNTED.contains(entry.failureClass()) && !entry.node().isEmpty())
            .collect(
                Collectors.groupingBy(
                    LedgerEntry::node, Collectors.mapping(LedgerEntry::id, Collectors.toSet())));
    SortedSet<String> nodes = new TreeSet<>(byNode.keySet());
    nodes.removeIf(node -> byNode.getOrDefault(node, Set.of()).size() < failures);
    return nodes;
  }
}
