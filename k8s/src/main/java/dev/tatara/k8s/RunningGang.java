package dev.tatara.k8s;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A gang that was started. */
public interface RunningGang {
  /** What its processes are doing, by rank. Cheap: may be asked every second. */
  List<PodStatus> status();

  /** Waits until some process has ended or the time is up. */
  void awaitChange(Duration atMost) throws InterruptedException;

  /**
   * Asks all processes to go (SIGTERM), waits for the grace period, then kills (SIGKILL). Does
   * nothing to those that are gone. When it returns, no process of the gang is left.
   */
  void terminate(Duration grace);

  /**
   * Lets the gang go on without this launcher, for the next one to adopt. Where no gang outlives
   * its launcher this is {@link #terminate}.
   */
  default void leave(Duration grace) {
    terminate(grace);
  }

  /**
   * Processes that end are replaced without the launcher, in their pods or by the cluster; it looks
   * on, and asks for a restart by an order in the store.
   */
  default boolean heals() {
    return false;
  }

  /** Some rank has no process, since the cluster has no room for its pod yet or is starting it. */
  default boolean waits() {
    return false;
  }

  /** Why {@link #waits} lasts, and what a person can do, in one sentence. */
  default Optional<String> trouble() {
    return Optional.empty();
  }

  /** Kills the process of one rank (SIGKILL), if it runs, and waits until it is gone. */
  void kill(int rank);

  /**
   * Starts a process in the place of one that has ended; the others keep theirs. Where the gang
   * heals, takes note that this end is known.
   *
   * @param epoch the lowest epoch that it may join
   */
  void restart(int rank, int epoch);

  /** Machines that it avoids since it was formed. */
  default Set<String> avoidedNodes() {
    return Set.of();
  }

  /** How long the cluster waits before it replaces the pod that ended last. */
  default Duration replacementDelay() {
    return Duration.ZERO;
  }

  /** Asks every process that still runs to write the stacks of its threads into its log. */
  void saveStacks();
}
