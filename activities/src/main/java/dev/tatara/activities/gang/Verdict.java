package dev.tatara.activities.gang;

import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.k8s.PodStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the exit codes of a gang say.
 *
 * @param culprit the process that failed first, as far as the codes tell
 */
record Verdict(PodStatus culprit, FailureClass failureClass) {
  private static final int SIGNAL = 128;

  /** SIGTERM came before the process could listen for it: it was asked to go all the same. */
  private static final int TERMINATED = SIGNAL + 15;

  /** Suspicion of those who may only have lost their peers. */
  private static final int FOLLOWS = 3;

  /** Empty if every process ended well. */
  static Optional<Verdict> of(List<PodStatus> pods) {
    return pods.stream()
        .filter(pod -> code(pod) != ExitCode.DONE)
        .min(Comparator.comparingInt(Verdict::suspicion).thenComparingInt(PodStatus::rank))
        .map(pod -> new Verdict(pod, classOf(pod)));
  }

  /** Of a failure that is in the ledger. */
  static Verdict of(LedgerEntry entry) {
    PodStatus culprit =
        new PodStatus(entry.rank(), entry.pod(), entry.node(), null, entry.evidence());
    return new Verdict(culprit, entry.failureClass());
  }

  /**
   * All that failed by themselves, beside those who only lost their peers or went with them.
   *
   * @param worst of these
   */
  static List<Verdict> each(List<PodStatus> pods, Verdict worst) {
    return pods.stream()
        .filter(pod -> code(pod) != ExitCode.DONE)
        .filter(
            pod ->
                pod.rank() == worst.culprit().rank()
                    || suspicion(pod) == suspicion(worst.culprit()) && suspicion(pod) < FOLLOWS)
        .map(pod -> new Verdict(pod, classOf(pod)))
        .toList();
  }

  private static int code(PodStatus pod) {
    Integer code = pod.exitCode();
    return code == null ? ExitCode.DONE : code;
  }

  /** A rank that lost its peers ends as well: the one that was killed or complains is the cause. */
  private static int suspicion(PodStatus pod) {
    int code = code(pod);
    if (ExitCode.isUserError(code)) {
      return 1;
    }
    if (pod.dismissed()) {
      return FOLLOWS;
    }
    if (code > SIGNAL && code != TERMINATED) {
      return 0;
    }
    return switch (code) {
      case ExitCode.INFRASTRUCTURE, ExitCode.PREEMPTED, TERMINATED -> FOLLOWS;
      default -> 2;
    };
  }

  private static FailureClass classOf(PodStatus pod) {
    int code = code(pod);
    if (code == ExitCode.DATA) {
      return FailureClass.DATA;
    }
    if (code == ExitCode.DIVERGED) {
      return FailureClass.DIVERGENCE;
    }
    if (ExitCode.isUserError(code)) {
      return FailureClass.USER;
    }
    if (pod.dismissed()) {
      return FailureClass.PREEMPTED;
    }
    return switch (code) {
      case ExitCode.PREEMPTED, TERMINATED -> FailureClass.PREEMPTED;
      case ExitCode.FENCED -> FailureClass.ORCHESTRATOR;
      default -> FailureClass.INFRASTRUCTURE;
    };
  }

  /** Exit code or signal, and the last line of the log. */
  String evidence() {
    if (culprit.exitCode() == null) {
      return culprit.lastLine();
    }
    int code = code(culprit);
    String end = code > SIGNAL ? "signal " + (code - SIGNAL) : "exit code " + code;
    return culprit.lastLine().isEmpty() ? end : end + ": " + culprit.lastLine();
  }
}
