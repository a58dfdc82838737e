package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.k8s.PodStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Finds a gang that makes no step any more, and the rank that is to blame. */
final class HangWatch {
  private static final double NANOS = 1e9;

  /** Steps that a gang that has made some may take to make the next. */
  private static final double STEPS = 20;

  /** A rank that is alive gives a sign every two seconds. */
  private static final long SILENT_MILLIS = 10_000;

  private final GangPolicy policy;
  private final LongSupplier nanos;
  private long movedAt;
  private int failedEpoch;
  private @Nullable TaskProgress last;

  HangWatch(GangPolicy policy) {
    this(policy, System::nanoTime);
  }

  /**
   * @param nanos a clock that only goes on
   */
  HangWatch(GangPolicy policy, LongSupplier nanos) {
    this.policy = policy;
    this.nanos = nanos;
    moved();
  }

  /**
   * The newest word of the gang. Another phase is movement too: one that lasts counts within it, as
   * validation does, and what comes after it is not to be blamed for its length.
   */
  void looked(@Nullable TaskProgress now) {
    TaskProgress before = last;
    if (now != null
        && (before == null
            || now.done() != before.done()
            || now.epoch() != before.epoch()
            || !now.phase().equals(before.phase()))) {
      moved();
    }
    last = now == null ? before : now;
  }

  private void moved() {
    movedAt = nanos.getAsLong();
  }

  /** Begins to wait anew, for an epoch after this one to make steps. */
  void restarted(int epoch) {
    failedEpoch = epoch;
    moved();
  }

  /** Time without a step. */
  Duration silence() {
    return Duration.ofNanos(nanos.getAsLong() - movedAt);
  }

  boolean hangs() {
    return silence().compareTo(patience()) > 0;
  }

  /** Many times the last step while steps are made; the policy's longest wait in other phases. */
  private Duration patience() {
    TaskProgress now = last;
    if (now == null
        || now.last() == null
        || now.epoch() <= failedEpoch
        || !now.phase().equals("training")
        || now.done() <= now.restoredStep()) {
      return policy.hang();
    }
    Duration steps = Duration.ofNanos((long) (STEPS * now.last().seconds() * NANOS));
    Duration least = policy.stalled().compareTo(steps) > 0 ? policy.stalled() : steps;
    return least.compareTo(policy.hang()) < 0 ? least : policy.hang();
  }

  /**
   * The rank that holds up the others: one that has gone silent, or that has not joined the newest
   * epoch, or the one with the fewest steps.
   *
   * @param running ranks, at least one
   */
  Verdict blame(List<PodStatus> running, List<Heartbeat> beats) {
    PodStatus culprit =
        slowest(beats)
            .flatMap(rank -> running.stream().filter(pod -> pod.rank() == rank).findFirst())
            .orElse(running.get(0));
    String evidence =
        "no step for %d s; %s; the stacks of all ranks are in their logs"
            .formatted(silence().toSeconds(), lastSign(culprit.rank(), beats));
    return new Verdict(
        new PodStatus(culprit.rank(), culprit.pod(), culprit.node(), null, evidence),
        FailureClass.HANG);
  }

  private static Optional<Integer> slowest(List<Heartbeat> beats) {
    long newest = beats.stream().mapToLong(Heartbeat::at).max().orElse(0);
    return beats.stream()
        .min(
            Comparator.comparing((Heartbeat beat) -> newest - beat.at() < SILENT_MILLIS)
                .thenComparing(Heartbeat::epoch)
                .thenComparing(Heartbeat::step)
                .thenComparing(Heartbeat::at))
        .map(Heartbeat::rank);
  }

  private static String lastSign(int rank, List<Heartbeat> beats) {
    long newest = beats.stream().mapToLong(Heartbeat::at).max().orElse(0);
    return beats.stream()
        .filter(beat -> beat.rank() == rank)
        .findFirst()
        .map(
            beat ->
                "rank %d was %s at step %d of epoch %d, and its last sign of life is %d s older than the newest of all"
                    .formatted(
                        rank, beat.phase(), beat.step(), beat.epoch(), (newest - beat.at()) / 1000))
        .orElse("rank %d has given no sign of life".formatted(rank));
  }
}
