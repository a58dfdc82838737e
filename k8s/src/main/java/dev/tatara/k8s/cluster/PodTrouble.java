package dev.tatara.k8s.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a pod does not start, and what to do: in one sentence, from what the cluster says. Pure. */
final class PodTrouble {
  private PodTrouble() {}

  /** Of a pod that waits; empty while all goes its way. */
  static Optional<String> of(Pod pod) {
    return unscheduled(pod).or(() -> waiting(pod).flatMap(state -> of(pod, state)));
  }

  private static Optional<String> unscheduled(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("PodScheduled"))
        .filter(condition -> "Unschedulable".equals(condition.getReason()))
        .findFirst()
        .map(condition -> unscheduled(pod, text(condition.getMessage())));
  }

  private static String unscheduled(Pod pod, String message) {
    String remedy =
        message.contains("persistentvolumeclaim")
            ? "Make the claim in namespace %s, or change placement: cacheClaim"
                .formatted(pod.getMetadata().getNamespace())
            : "Ask for less, or give the cluster nodes that fit (placement: nodeSelector, tolerations, requests)";
    return "%s finds no node: %s %s".formatted(name(pod), message, remedy);
  }

  private static Optional<ContainerStateWaiting> waiting(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .map(ContainerStatus::getState)
        .map(ContainerState::getWaiting)
        .filter(state -> state != null)
        .findFirst();
  }

  private static Optional<String> of(Pod pod, ContainerStateWaiting state) {
    String message = text(state.getMessage());
    return switch (text(state.getReason())) {
      case "ErrImagePull",
          "ImagePullBackOff",
          "ErrImageNeverPull",
          "InvalidImageName",
          "ImageInspectError",
          "RegistryUnavailable" ->
          Optional.of(
              "%s cannot get its image %s: %s. Check the image's name, and the pull secret of its registry"
                  .formatted(name(pod), pod.getSpec().getContainers().get(0).getImage(), message));
      case "CreateContainerConfigError" ->
          Optional.of(
              "%s lacks what its container refers to: %s. Make it in namespace %s, and the pod starts by itself"
                  .formatted(name(pod), message, pod.getMetadata().getNamespace()));
      case "CreateContainerError", "RunContainerError" ->
          Optional.of(
              "%s cannot start its container: %s. The node %s can tell more"
                  .formatted(name(pod), message, text(pod.getSpec().getNodeName())));
      default -> Optional.empty();
    };
  }

  /** Of an event about a Job that cannot make its pods, or about a pod that waits for a volume. */
  static Optional<String> of(Event event) {
    String about = text(event.getInvolvedObject().getName());
    String message = text(event.getMessage());
    return switch (text(event.getReason())) {
      case "FailedCreate" ->
          Optional.of(
              "The cluster makes no pods for the Job %s: %s. Raise the quota, or mend what the message names"
                  .formatted(about, message));
      case "FailedMount", "FailedAttachVolume" ->
          Optional.of(
              "%s waits for a volume: %s. Make what is missing, and the pod starts by itself"
                  .formatted(about, message));
      default -> Optional.empty();
    };
  }

  private static String name(Pod pod) {
    return "The pod " + pod.getMetadata().getName();
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }
}
