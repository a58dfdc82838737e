package dev.tatara.k8s.cluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is wrong with a node, by its conditions and taints. Pure. */
final class NodeTrouble {
  private static final String READY = "Ready";

  private NodeTrouble() {}

  /**
   * In a few words; empty if nothing is. {@code Ready} should be true and all other conditions
   * false, those of a node problem detector included.
   */
  static Optional<String> of(Node node) {
    List<String> parts = new ArrayList<>();
    for (NodeCondition condition : node.getStatus().getConditions()) {
      boolean isTrue = "True".equals(condition.getStatus());
      if (READY.equals(condition.getType()) && !isTrue) {
        parts.add("not ready" + reason(condition));
      } else if (!READY.equals(condition.getType()) && isTrue) {
        parts.add(condition.getType() + reason(condition));
      }
    }
    for (Taint taint : node.getSpec().getTaints()) {
      if ("NoExecute".equals(taint.getEffect())) {
        parts.add("tainted " + taint.getKey());
      }
    }
    if (Boolean.TRUE.equals(node.getSpec().getUnschedulable())) {
      parts.add("cordoned");
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "its node %s is %s".formatted(node.getMetadata().getName(), String.join(", ", parts)));
  }

  private static String reason(NodeCondition condition) {
    String message = text(condition.getMessage());
    String reason = text(condition.getReason());
    if (message.isBlank()) {
      return reason.isBlank() ? "" : " (%s)".formatted(reason);
    }
    return reason.isBlank() ? " (%s)".formatted(message) : " (%s: %s)".formatted(reason, message);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
