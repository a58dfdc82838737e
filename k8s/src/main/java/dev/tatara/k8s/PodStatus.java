package dev.tatara.k8s;

import org.jspecify.annotations.Nullable;

/**
 * One process of a gang.
 *
 * @param pod name of the process or pod
 * @param node machine it runs on
 * @param exitCode null while it runs; 128 + signal if a signal ended it
 * @param lastLine last line of its log, with credentials removed; why it ended, where that is known
 * @param dismissed it was asked to go: its pod was deleted, evicted or preempted
 * @param unreachable nobody answers for it on its node any more; it may be at work all the same
 * @param log last lines of its log, with credentials removed; empty while it runs
 */
public record PodStatus(
    int rank,
    String pod,
    String node,
    @Nullable Integer exitCode,
    String lastLine,
    boolean dismissed,
    boolean unreachable,
    String log) {
  /** One that nobody has asked to go, as far as is known, and without a log. */
  public PodStatus(int rank, String pod, String node, @Nullable Integer exitCode, String lastLine) {
    this(rank, pod, node, exitCode, lastLine, false, false, "");
  }

  /** It has not ended. */
  public boolean running() {
    return exitCode == null;
  }
}
