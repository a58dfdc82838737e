package dev.tatara.activities.gang;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.k8s.PodStatus;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides whether a failed rank is worth another try. Progress makes patient again. */
final class Patience {
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

  private final GangTask task;
  private final GangPolicy policy;
  private long furthest;

  /** Failures without a new step in between. */
  private final Map<FailureClass, Integer> fruitless = new EnumMap<>(FailureClass.class);

  /** Ranks that have failed since the last failure that was counted. */
  private final Set<Integer> round = new HashSet<>();

  Patience(GangTask task, GangPolicy policy) {
    this.task = task;
    this.policy = policy;
  }

  /**
   * Takes note of a failure. A rack that goes down takes many ranks along, not all in one moment:
   * that counts once, and again only when one of them fails again before there is a new step.
   *
   * @throws InvalidInputException if the user must change something
   * @throws GangFailedException if it has failed too often without coming further
   */
  void failed(Verdict verdict, @Nullable TaskProgress progress, int failures) {
    PodStatus culprit = verdict.culprit();
    FailureClass why = verdict.failureClass();
    long done = progress == null ? 0 : progress.done();
    if (done > furthest) {
      fruitless.clear();
      round.clear();
      round.add(culprit.rank());
    } else if (round.isEmpty() || !round.add(culprit.rank())) {
      fruitless.merge(why, 1, Integer::sum);
      round.clear();
      round.add(culprit.rank());
    }
    furthest = Math.max(furthest, done);
    if (why == FailureClass.USER || why == FailureClass.DATA || why == FailureClass.DIVERGENCE) {
      throw new InvalidInputException(
          culprit.lastLine().isEmpty()
              ? "%s ended with exit code %s".formatted(culprit.pod(), culprit.exitCode())
              : culprit.lastLine());
    }
    if (why == FailureClass.ORCHESTRATOR) {
      throw new GangFailedException(
          "%s/%s was taken over by a newer attempt".formatted(task.run(), task.name()));
    }
    int times = fruitless.getOrDefault(why, 0);
    if (times >= policy.budgets().of(why)) {
      throw new GangFailedException(
          "%s/%s failed %d times in a row without coming further (%s); the last time %s on %s ended with %s. All %d failures are in the ledger of the run"
              .formatted(
                  task.run(),
                  task.name(),
                  times,
                  why.word(),
                  culprit.pod(),
                  culprit.node(),
                  verdict.evidence(),
                  failures));
    }
    LOG.warn(
        "rank lost run={} stage={} rank={} class={} evidence={}",
        task.run(),
        task.stage().word(),
        culprit.rank(),
        why.word(),
        verdict.evidence());
  }
}
