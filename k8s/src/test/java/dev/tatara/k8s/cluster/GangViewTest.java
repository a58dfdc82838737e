package dev.tatara.k8s.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.Secrets;
import dev.tatara.k8s.PodStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.ResourceStatusBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GangViewTest {
  private final GangView view = new GangView("quick-pretrain", 2, new Secrets(List.of("s3cret")));

  @Test
  void ranksWithoutAPodWaitForTheCluster() {
    assertThat(view.status()).allMatch(PodStatus::running);
    assertThat(view.waits()).isTrue();

    view.onAdd(pod(0, "a", "Running"));
    view.onAdd(pod(1, "b", "Pending"));
    assertThat(view.waits()).isTrue();

    view.onUpdate(pod(1, "b", "Pending"), pod(1, "b", "Running"));
    assertThat(view.waits()).isFalse();
    assertThat(view.status()).extracting(PodStatus::pod).containsExactly("a", "b");
  }

  @Test
  void anEndIsShownUntilItWasTakenNoteOfThoughThePodWasReplacedAndIsGone() {
    view.onAdd(pod(0, "a", "Running"));
    view.onAdd(pod(1, "b", "Running"));
    view.onUpdate(pod(1, "b", "Running"), ended(pod(1, "b", "Failed"), 137, "OOMKilled", null));
    view.onAdd(pod(1, "c", "Running"));
    view.onDelete(ended(pod(1, "b", "Failed"), 137, "OOMKilled", null), false);

    PodStatus end = view.status().get(1);
    assertThat(end.pod()).isEqualTo("b");
    assertThat(end.exitCode()).isEqualTo(137);
    assertThat(end.lastLine()).startsWith("out of memory at the limit of 2Gi");

    view.read(1);
    assertThat(view.status().get(1).pod()).isEqualTo("c");
    assertThat(view.status().get(1).running()).isTrue();
  }

  @Test
  void aPodThatIsDeletedWasAskedToGo() {
    Pod pod = pod(0, "a", "Running");
    view.onAdd(pod);
    Pod going = pod(0, "a", "Failed");
    going.getMetadata().setDeletionTimestamp("2026-01-01T00:01:00Z");
    view.onUpdate(pod, ended(going, 75, "Error", "asked to go\nsaved step 7"));

    PodStatus end = view.status().get(0);
    assertThat(end.dismissed()).isTrue();
    assertThat(end.exitCode()).isEqualTo(75);
    assertThat(end.lastLine()).isEqualTo("the pod was deleted: saved step 7");
    assertThat(end.log()).isEqualTo("asked to go\nsaved step 7");
  }

  @Test
  void evidenceNamesTheDisruptionAndHidesCredentials() {
    Pod pod = ended(pod(0, "a", "Failed"), 143, "Error", "could not reach s3cret");
    pod.getStatus()
        .getConditions()
        .add(
            new PodCondition(
                null,
                null,
                "Eviction API: evicting",
                null,
                "EvictionByEvictionAPI",
                "True",
                "DisruptionTarget"));
    view.onAdd(pod);

    assertThat(view.status().get(0).lastLine())
        .isEqualTo("EvictionByEvictionAPI (Eviction API: evicting): could not reach ***");
    assertThat(view.status().get(0).dismissed()).isTrue();
  }

  @Test
  void aLogThatTheKubeletHasCutBeginsWithAWholeLineAndHidesCredentials() {
    String cut = "cret is the end of a line\n" + "s3cret in a line\n".repeat(200);
    view.onAdd(ended(pod(0, "a", "Failed"), 1, "Error", cut.substring(0, 2048)));

    assertThat(view.status().get(0).log().lines().limit(29)).containsOnly("*** in a line");
    assertThat(view.status().get(0).log().lines()).hasSize(30);
  }

  @Test
  void aDeviceThatTheNodeCallsUnhealthyIsNamed() {
    Pod pod = ended(pod(0, "a", "Failed"), 134, "Error", "CUDA error: uncorrectable ECC error");
    pod.getStatus()
        .getContainerStatuses()
        .get(0)
        .setAllocatedResourcesStatus(
            List.of(
                new ResourceStatusBuilder()
                    .withName("nvidia.com/gpu")
                    .addNewResource("Healthy", "GPU-1")
                    .addNewResource("Unhealthy", "GPU-7")
                    .build()));
    view.onAdd(pod);

    assertThat(view.status().get(0).lastLine())
        .isEqualTo(
            "the node says that a device is unhealthy (nvidia.com/gpu GPU-7); drain node-1 and have it looked at: CUDA error: uncorrectable ECC error");
  }

  @Test
  void aPodThatVanishedWithItsNodeCountsAsKilled() {
    view.onAdd(pod(0, "a", "Running"));
    view.onDelete(pod(0, "a", "Running"), true);

    assertThat(view.status().get(0).exitCode()).isEqualTo(137);
  }

  @Test
  void aWaitEndsAtTheEndOfAPod() throws Exception {
    view.onAdd(pod(0, "a", "Running"));
    Thread cluster =
        new Thread(
            () ->
                view.onUpdate(
                    pod(0, "a", "Running"), ended(pod(0, "a", "Succeeded"), 0, "Completed", null)));
    cluster.start();
    view.awaitChange(Duration.ofMinutes(1));
    cluster.join();

    assertThat(view.status().get(0).exitCode()).isZero();
  }

  private static Pod pod(int rank, String name, String phase) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withCreationTimestamp("2026-01-01T00:00:0%dZ".formatted(name.charAt(0) - 'a'))
        .withLabels(Map.of(GangNames.INDEX, Integer.toString(rank)))
        .endMetadata()
        .withNewSpec()
        .withNodeName("node-1")
        .addNewContainer()
        .withName("rank")
        .withNewResources()
        .addToLimits("memory", ClusterSettings.quantity("memory", "2Gi"))
        .endResources()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase(phase)
        .endStatus()
        .build();
  }

  private static Pod ended(Pod pod, int code, String reason, @Nullable String message) {
    pod.getStatus()
        .getContainerStatuses()
        .add(
            new ContainerStatusBuilder()
                .withName("rank")
                .withNewState()
                .withNewTerminated()
                .withExitCode(code)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .endState()
                .build());
    return pod;
  }
}
