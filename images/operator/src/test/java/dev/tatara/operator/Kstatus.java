package dev.tatara.operator;

import dev.tatara.k8s.resource.PipelineResourceStatus;
import io.fabric8.kubernetes.api.model.Condition;

/**
 * What Flux and others make of the status of a custom resource: the generic rules of kstatus
 * (https://github.com/kubernetes-sigs/cli-utils, {@code pkg/kstatus/status/generic.go}, {@code
 * core.go}).
 */
enum Kstatus {
  IN_PROGRESS,
  FAILED,
  CURRENT;

  static Kstatus of(PipelineResourceStatus status, long generation) {
    Long observed = status.observedGeneration();
    if (observed != null && observed != generation) {
      return IN_PROGRESS;
    }
    for (Condition condition : status.conditions()) {
      if (condition.getStatus().equals("True")) {
        if (condition.getType().equals("Reconciling")) {
          return IN_PROGRESS;
        }
        if (condition.getType().equals("Stalled")) {
          return FAILED;
        }
      }
    }
    return status.conditions().stream()
            .filter(condition -> condition.getType().equals("Ready"))
            .allMatch(condition -> condition.getStatus().equals("True"))
        ? CURRENT
        : IN_PROGRESS;
  }
}
