package dev.tatara.activities.gang;

import dev.tatara.base.store.StoreException;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.k8s.PodStatus;
import dev.tatara.k8s.RunningGang;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at one epoch of a gang until it ends or hangs. */
final class EpochWatch {
  private static final Logger LOG = LoggerFactory.getLogger(EpochWatch.class);

  private final GangTask task;
  private final int epoch;
  private final Epochs epochs;
  private final GangListener listener;
  private final Failures failures;
  private final GangPolicy policy;
  private @Nullable TaskProgress last;
  private long changedAt = System.nanoTime();

  EpochWatch(
      GangTask task,
      int epoch,
      Epochs epochs,
      GangListener listener,
      Failures failures,
      GangPolicy policy) {
    this.task = task;
    this.epoch = epoch;
    this.epochs = epochs;
    this.listener = listener;
    this.failures = failures;
    this.policy = policy;
  }

  /**
   * @param verdict empty if all ended well
   */
  record End(Optional<Verdict> verdict) {}

  /** The newest word of this epoch. */
  @Nullable TaskProgress lastProgress() {
    return last;
  }

  /** Steps that this epoch came to. */
  long furthest() {
    return last == null ? 0 : last.done();
  }

  /** Step that this epoch began from. */
  int resumedStep() {
    return last == null ? 0 : last.restoredStep();
  }

  End untilEnd(RunningGang gang) throws InterruptedException {
    while (true) {
      gang.awaitChange(policy.poll());
      look();
      List<PodStatus> pods = gang.status();
      if (pods.stream().noneMatch(PodStatus::running)) {
        look();
        return new End(Verdict.of(pods));
      }
      if (Verdict.of(pods).isPresent()) {
        failures.noticed();
        return new End(Verdict.of(afterFarewell(gang)));
      }
      if (System.nanoTime() - changedAt > policy.hang().toNanos()) {
        return new End(Optional.of(hung(gang, pods)));
      }
    }
  }

  private void look() {
    TaskProgress now = news();
    if (now != null && !now.equals(last)) {
      last = now;
      changedAt = System.nanoTime();
      if (now.done() > now.restoredStep()) {
        failures.recovered(now.restoredStep());
      }
    }
    listener.looked(now);
  }

  /** What the gang says; nothing new while the store is away, for that is no fault of the gang. */
  private @Nullable TaskProgress news() {
    try {
      return epochs.progress().filter(word -> word.epoch() == epoch).orElse(null);
    } catch (StoreException e) {
      if (!Thread.currentThread().isInterrupted()) {
        LOG.warn("no progress to be read run={}: {}", task.run(), e.getMessage());
      }
      return last;
    }
  }

  /** The peers of a dead rank notice and end; their codes tell who was first. */
  private List<PodStatus> afterFarewell(RunningGang gang) throws InterruptedException {
    long deadline = System.nanoTime() + policy.farewell().toNanos();
    while (System.nanoTime() < deadline && gang.status().stream().anyMatch(PodStatus::running)) {
      gang.awaitChange(policy.poll());
    }
    return gang.status();
  }

  private Verdict hung(RunningGang gang, List<PodStatus> pods) {
    failures.noticed();
    LOG.warn("gang hangs run={} stage={} epoch={}", task.run(), task.stage().word(), epoch);
    gang.saveStacks();
    PodStatus first = pods.stream().filter(PodStatus::running).findFirst().orElseThrow();
    String evidence =
        "no progress for %d s; the stacks of all ranks are in their logs"
            .formatted(policy.hang().toSeconds());
    return new Verdict(
        new PodStatus(first.rank(), first.pod(), first.node(), null, evidence), FailureClass.HANG);
  }
}
