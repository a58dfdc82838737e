package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnreliableNodesTest {
  @Test
  void aNodeThatFailedTwiceIsUnreliable() {
    List<LedgerEntry> ledger =
        List.of(
            entry("gpu-1", FailureClass.INFRASTRUCTURE),
            entry("gpu-2", FailureClass.INFRASTRUCTURE),
            entry("gpu-1", FailureClass.HANG));

    assertThat(UnreliableNodes.of(ledger, 2)).containsExactly("gpu-1");
    assertThat(UnreliableNodes.of(ledger, 3)).isEmpty();
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

    assertThat(UnreliableNodes.of(ledger, 2)).isEmpty();
  }

  private static LedgerEntry entry(String node, FailureClass why) {
    return new LedgerEntry(
        "2026-01-01T00:00:00Z", Stage.PRETRAIN, 0, "pod", node, why, "signal 9", 1, 10, 10, 5);
  }
}
