package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UnreliableNodesTest {
  private int made;

  @Test
  void aNodeThatFailedTwiceIsUnreliable() {
    List<LedgerEntry> ledger =
        List.of(
            entry("gpu-1", FailureClass.INFRASTRUCTURE),
            entry("gpu-2", FailureClass.INFRASTRUCTURE),
            entry("gpu-1", FailureClass.HANG));

    assertThat(UnreliableNodes.of(ledger.stream(), 2)).containsExactly("gpu-1");
    assertThat(UnreliableNodes.of(ledger.stream(), 3)).isEmpty();
  }

  @Test
  void aFailureThatIsToldAgainWhenItHasHealedCountsOnce() {
    LedgerEntry open = entry("gpu-1", FailureClass.INFRASTRUCTURE);
    LedgerEntry healed =
        new LedgerEntry(
            open.at(),
            open.stage(),
            open.rank(),
            open.pod(),
            open.node(),
            open.failureClass(),
            open.evidence(),
            open.epoch(),
            open.lastStep(),
            open.resumedStep(),
            7.5);

    assertThat(UnreliableNodes.of(Stream.of(open, healed), 2)).isEmpty();
  }

  @Test
  void whatIsNoFaultOfANodeDoesNotCount() {
    List<LedgerEntry> ledger =
        List.of(
            entry("gpu-1", FailureClass.PREEMPTED),
            entry("gpu-1", FailureClass.PREEMPTED),
            entry("gpu-1", FailureClass.ORCHESTRATOR),
            entry("gpu-1", FailureClass.USER),
            entry("", FailureClass.INFRASTRUCTURE),
            entry("", FailureClass.INFRASTRUCTURE));

    assertThat(UnreliableNodes.of(ledger.stream(), 2)).isEmpty();
  }

  private LedgerEntry entry(String node, FailureClass why) {
    made++;
    return new LedgerEntry(
        "2026-01-01T00:00:0%dZ".formatted(made),
        Stage.PRETRAIN,
        0,
        "pod",
        node,
        why,
        "signal 9",
        1,
        10,
        10,
        -1);
  }
}
