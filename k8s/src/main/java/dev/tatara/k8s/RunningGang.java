package dev.tatara.k8s;

import java.time.Duration;
import java.util.List;

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

  /** Kills the process of one rank (SIGKILL), if it runs, and waits until it is gone. */
  void kill(int rank);

  /**
   * Starts a process in the place of one that has ended; the others keep theirs.
   *
   * @param epoch the lowest epoch that it may join
   */
  void restart(int rank, int epoch);

  /** Asks every process that still runs to write the stacks of its threads into its log. */
  void saveStacks();
}
