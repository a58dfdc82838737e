package dev.tatara.k8s;

import java.util.Optional;

/**
 * Where gangs run: child processes on this machine ({@link LocalPods}) or pods of a cluster ({@link
 * dev.tatara.k8s.cluster.KubernetesPods}). The same gang behaves the same on both.
 */
public interface Pods {
  /**
   * The gang of this name that an earlier launcher has left at work, whatever its epoch. Empty
   * where no gang outlives its launcher.
   */
  default Optional<RunningGang> adopt(Gang gang) {
    return Optional.empty();
  }

  /** Starts the gang, or adopts the one of the same name and epoch that is there already. */
  RunningGang createOrAdopt(Gang gang);
}
