package dev.tatara.k8s.cluster;

import dev.tatara.config.LogTail;
import dev.tatara.config.Secrets;
import dev.tatara.k8s.PodStatus;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads from a pod's status whether it has ended, how, and why. Pure. */
final class PodEnd {
  /** Of a pod that went without its container having told. */
  private static final int KILLED = 128 + 9;

  private static final int LONGEST = 2_000;

  /** The kubelet keeps no more of a log. */
  private static final int MESSAGE_BYTES = 2048;

  private PodEnd() {}

  /** What a pod is doing, or how it ended. */
  static PodStatus status(Pod pod, Secrets secrets) {
    String phase = text(pod.getStatus().getPhase());
    Integer code =
        switch (phase) {
          case "Succeeded" -> Integer.valueOf(0);
          case "Failed" -> Integer.valueOf(terminated(pod).map(PodEnd::code).orElse(KILLED));
          default -> null;
        };
    return status(pod, code, secrets);
  }

  /** Of a pod that is not there any more, by the last that was seen of it. */
  static PodStatus gone(Pod pod, Secrets secrets) {
    PodStatus last = status(pod, secrets);
    return last.exitCode() != null
        ? last
        : status(pod, terminated(pod).map(PodEnd::code).orElse(KILLED), secrets);
  }

  private static PodStatus status(Pod pod, @Nullable Integer code, Secrets secrets) {
    return new PodStatus(
        GangManifests.rank(pod.getMetadata()),
        pod.getMetadata().getName(),
        text(pod.getSpec().getNodeName()),
        code,
        code == null ? "" : evidence(pod, secrets),
        isDismissed(pod),
        code == null && isUnreachable(pod),
        code == null ? "" : log(pod, secrets));
  }

  /**
   * Its container is said to run, yet it is not ready: where there is no probe, the cluster says so
   * of the pods of a node whose kubelet gives no sign of life (MarkPodsNotReady of Kubernetes' node
   * lifecycle controller).
   */
  private static boolean isUnreachable(Pod pod) {
    boolean runs =
        pod.getStatus().getContainerStatuses().stream()
            .map(ContainerStatus::getState)
            .anyMatch(state -> state != null && state.getRunning() != null);
    return runs
        && pod.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Ready") && !condition.getStatus().equals("True"));
  }

  /** Somebody wants it gone: it was deleted, evicted, preempted, or its node is drained. */
  private static boolean isDismissed(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null
        || disruption(pod).isPresent()
        || "Evicted".equals(pod.getStatus().getReason());
  }

  private static Optional<PodCondition> disruption(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("DisruptionTarget"))
        .filter(condition -> condition.getStatus().equals("True"))
        .findFirst();
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .filter(status -> status.getName().equals(GangManifests.CONTAINER))
        .map(ContainerStatus::getState)
        .map(ContainerState::getTerminated)
        .filter(state -> state != null)
        .findFirst();
  }

  private static int code(ContainerStateTerminated state) {
    return state.getExitCode() == null ? KILLED : state.getExitCode();
  }

  /** Why, from the outside in: the cluster's reason, the container's, the last line of the log. */
  private static String evidence(Pod pod, Secrets secrets) {
    List<String> parts = new ArrayList<>();
    disruption(pod).ifPresent(why -> parts.add(sentence(why.getReason(), why.getMessage())));
    if (parts.isEmpty() && pod.getStatus().getReason() != null) {
      parts.add(sentence(pod.getStatus().getReason(), pod.getStatus().getMessage()));
    }
    unhealthyDevices(pod).ifPresent(parts::add);
    Optional<ContainerStateTerminated> end = terminated(pod);
    if (end.isPresent() && "OOMKilled".equals(end.get().getReason())) {
      parts.add(
          "out of memory%s; give the pods more, or make the micro-batch smaller"
              .formatted(memoryLimit(pod)));
    }
    if (parts.isEmpty() && pod.getMetadata().getDeletionTimestamp() != null) {
      parts.add("the pod was deleted");
    }
    String last = LogTail.last(log(pod, secrets));
    if (!last.isEmpty()) {
      parts.add(last);
    }
    String all = secrets.removedFrom(String.join(": ", parts));
    return all.length() <= LONGEST ? all : all.substring(0, LONGEST) + "…";
  }

  /** As the node's device plugin sees them (KEP-4680). */
  private static Optional<String> unhealthyDevices(Pod pod) {
    String devices =
        pod.getStatus().getContainerStatuses().stream()
            .flatMap(container -> container.getAllocatedResourcesStatus().stream())
            .flatMap(
                resource ->
                    resource.getResources().stream()
                        .filter(device -> "Unhealthy".equals(device.getHealth()))
                        .map(device -> resource.getName() + " " + device.getResourceID()))
            .collect(Collectors.joining(", "));
    return devices.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the node says that a device is unhealthy (%s); drain %s and have it looked at"
                .formatted(devices, text(pod.getSpec().getNodeName())));
  }

  private static String memoryLimit(Pod pod) {
    return pod.getSpec().getContainers().stream()
        .filter(container -> container.getName().equals(GangManifests.CONTAINER))
        .map(container -> container.getResources().getLimits().get("memory"))
        .filter(limit -> limit != null)
        .map((Quantity limit) -> " at the limit of " + limit)
        .findFirst()
        .orElse("");
  }

  private static String sentence(@Nullable String reason, @Nullable String message) {
    return text(message).isBlank() ? text(reason) : "%s (%s)".formatted(text(reason), message);
  }

  /** What the kubelet has kept of it, as the policy of the container says. */
  private static String log(Pod pod, Secrets secrets) {
    String message =
        terminated(pod).map(ContainerStateTerminated::getMessage).map(PodEnd::text).orElse("");
    boolean isCut = message.getBytes(StandardCharsets.UTF_8).length >= MESSAGE_BYTES;
    // The first line may be the rest of one.
    return LogTail.of(message.lines().skip(isCut ? 1 : 0), secrets);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
