package dev.tatara.k8s;

/**
 * Where gangs run: child processes on this machine ({@link LocalPods}) or pods of a cluster. The
 * same gang behaves the same on both.
 */
public interface Pods {
  /** Starts the gang, or adopts the one of the same name and epoch that is there already. */
  RunningGang createOrAdopt(Gang gang);
}
