package dev.tatara.k8s.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.Taint;
import org.junit.jupiter.api.Test;

class NodeTroubleTest {
  private static final NodeCondition READY = condition("Ready", "True", "KubeletReady", "");
  private static final NodeCondition ROOM = condition("MemoryPressure", "False", "Enough", "");

  @Test
  void nothingIsWrongWithANodeThatIsReady() {
    assertThat(NodeTrouble.of(node(READY, ROOM))).isEmpty();
  }

  @Test
  void aNodeThatIsSilentIsNotReadyAndTainted() {
    Node node =
        node(
            ROOM,
            condition(
                "Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."));
    node.getSpec().setUnschedulable(true);
    node.getSpec().getTaints().add(new Taint("NoSchedule", "nvidia.com/gpu", null, "present"));
    node.getSpec()
        .getTaints()
        .add(new Taint("NoExecute", "node.kubernetes.io/unreachable", null, null));

    assertThat(NodeTrouble.of(node))
        .contains(
            "its node gpu-3 is not ready (NodeStatusUnknown: Kubelet stopped posting node status.), tainted node.kubernetes.io/unreachable, cordoned");
  }

  @Test
  void conditionsThatShouldBeFalseAreNamed() {
    assertThat(
            NodeTrouble.of(
                node(READY, condition("DiskPressure", "True", "KubeletHasDiskPressure", ""))))
        .contains("its node gpu-3 is DiskPressure (KubeletHasDiskPressure)");
  }

  private static Node node(NodeCondition... conditions) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName("gpu-3")
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .withNewStatus()
        .withConditions(conditions)
        .endStatus()
        .build();
  }

  private static NodeCondition condition(
      String type, String status, String reason, String message) {
    return new NodeConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(message)
        .build();
  }
}
