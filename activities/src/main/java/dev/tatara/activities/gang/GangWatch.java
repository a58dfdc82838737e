package dev.tatara.activities.gang;

import dev.tatara.base.store.StoreException;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.k8s.PodStatus;
import dev.tatara.k8s.RunningGang;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a gang until its work is done. A rank that ends is replaced, and so is one that hangs;
 * those that are well keep their processes and form the gang anew by themselves.
 */
final class GangWatch {
  private static final Logger LOG = LoggerFactory.getLogger(GangWatch.class);

  /** Milliseconds by which one rank more delays the formation of a gang. */
  private static final long FORMATION_OF_A_RANK = 100;

  /** Failures that lie no further apart are told one by one before the gang is given up. */
  private static final Duration TOGETHER = Duration.ofSeconds(3);

  private final GangTask task;
  private final RunningGang gang;
  private final Epochs epochs;
  private final GangListener listener;
  private final Failures failures;
  private final GangPolicy policy;
  private final Patience patience;
  private final HangWatch hangs;
  private final SilentNodes silentNodes = new SilentNodes(System::nanoTime);
  private final Troubles troubles;

  /** Epoch in which each rank's process was started. */
  private final int[] startedIn;

  /** Pods that were deleted because they hung: their end is no news. */
  private final Set<String> killed = new HashSet<>();

  /** Newest epoch that this launcher has opened. */
  private int opened;

  /** Newest epoch that had failed when the last failure was recorded. */
  private int failedEpoch;

  private Instant newestFailure = Instant.EPOCH;

  /** It was not asked yet whether the gang is better elsewhere since then. */
  private boolean undecided;

  /** Newest epoch whose ranks were asked what they survived. */
  private int askedEpoch;

  private @Nullable TaskProgress last;

  GangWatch(
      GangTask task,
      RunningGang gang,
      int epoch,
      Epochs epochs,
      GangListener listener,
      Failures failures,
      Patience patience,
      GangPolicy policy) {
    this.task = task;
    this.gang = gang;
    this.epochs = epochs;
    this.listener = listener;
    this.failures = failures;
    this.policy = policy;
    this.patience = patience;
    this.hangs = new HangWatch(policy);
    this.troubles = new Troubles(listener::troubled, failures::now);
    this.opened = epoch;
    this.failedEpoch = epoch - 1;
    this.startedIn = new int[task.worldSize()];
    Arrays.fill(startedIn, epoch);
  }

  /**
   * Returns when all ranks have ended well, or when the gang should be formed anew.
   *
   * @return whether the work is done
   */
  boolean untilDoneOr(Predicate<List<LedgerEntry>> isBetterElsewhere) throws InterruptedException {
    while (true) {
      gang.awaitChange(failures.isOpen() ? policy.soon() : policy.poll());
      Instant now = failures.now();
      look();
      List<PodStatus> pods = gang.status();
      if (pods.stream().allMatch(pod -> isCode(pod, ExitCode.DONE))) {
        look();
        heed(incidents());
        // There may have been no step left to make, or it is work that has no steps.
        failures.recovered(last == null ? 0 : last.restoredStep());
        return true;
      }
      boolean waits = gang.waits();
      if (waits) {
        hangs.restarted(failedEpoch); // a gang that is not whole makes no steps
      }
      troubles.looked(waits ? gang.trouble().orElse("") : "");
      replaceLost(pods);
      Optional<Verdict> verdict = Verdict.of(pods);
      if (verdict.isPresent()) {
        replaceEnded(now, verdict.get());
      } else if (hangs.hangs()) {
        replaceHung(pods);
      }
      if (gang.heals() && areAllTold(now)) {
        // Even of a gang that has got over it: the node has failed all the same.
        boolean elsewhere = undecided && isBetterElsewhere.test(failures.entries());
        undecided = false;
        if (elsewhere || failures.isOpen() && isReplacedLate()) {
          return false;
        }
      }
    }
  }

  /** Of ranks that fail together, as with a rack, the last is seen some moments after the first. */
  private boolean areAllTold(Instant now) {
    return Duration.between(newestFailure, now).compareTo(TOGETHER) > 0;
  }

  /** To form the whole gang anew is faster than to wait for the pod that is missing. */
  private boolean isReplacedLate() {
    Duration whole = policy.formation().plusMillis(FORMATION_OF_A_RANK * task.worldSize());
    return gang.waits() && gang.replacementDelay().compareTo(whole) > 0;
  }

  private void look() {
    TaskProgress now = news();
    hangs.looked(now);
    if (gang.heals() && (now == null || now.equals(last))) {
      // Nothing new from the ranks: their pods may know why.
      heed(incidents());
    }
    if (now != null && !now.equals(last)) {
      last = now;
      if (now.done() > now.restoredStep()) {
        stepIn(now);
      }
    }
    listener.looked(now);
  }

  /** What was healed without the launcher counts like what it heals. */
  private void heed(Map<String, LedgerEntry> incidents) {
    for (LedgerEntry incident : failures.survived(incidents, epochs::log)) {
      noticed();
      failedEpoch = Math.max(failedEpoch, incident.epoch());
      hangs.restarted(failedEpoch);
      patience.failed(Verdict.of(incident), last, failures.entries().size());
    }
  }

  /** The epoch of this word has made a new step. */
  private void stepIn(TaskProgress now) {
    if (now.epoch() != askedEpoch) {
      askedEpoch = now.epoch();
      heed(incidents());
    }
    if (now.epoch() > failedEpoch) {
      failures.recovered(now.restoredStep());
    }
  }

  /** What the gang says; nothing new while the store is away, for that is no fault of the gang. */
  private @Nullable TaskProgress news() {
    try {
      int newest = last == null ? startedEpoch() : last.epoch();
      return epochs.progress().filter(word -> word.epoch() >= newest).orElse(last);
    } catch (StoreException e) {
      storeIsAway(e);
      // What cannot be heard is no silence.
      hangs.restarted(failedEpoch);
      return last;
    }
  }

  private int startedEpoch() {
    return Arrays.stream(startedIn).min().orElse(0);
  }

  private Map<String, LedgerEntry> incidents() {
    try {
      SortedMap<String, LedgerEntry> incidents = epochs.incidents();
      incidents.replaceAll((name, incident) -> named(incident));
      return incidents;
    } catch (StoreException e) {
      storeIsAway(e);
      return Map.of();
    }
  }

  /** A rank knows its number; the name of its pod is known here. */
  private LedgerEntry named(LedgerEntry incident) {
    return gang.status().stream()
        .filter(pod -> pod.rank() == incident.rank())
        .findFirst()
        .map(pod -> incident.on(pod.pod(), pod.node()))
        .orElse(incident);
  }

  private void storeIsAway(StoreException e) {
    if (!Thread.currentThread().isInterrupted()) {
      LOG.warn("the store does not answer run={}: {}", task.run(), e.getMessage());
    }
  }

  private void replaceEnded(Instant at, Verdict verdict) throws InterruptedException {
    if (verdict.failureClass() == FailureClass.PREEMPTED && !gang.heals()) {
      // They leave together, and the last may still save what all need.
      awaitFarewell();
    }
    List<PodStatus> ended = gang.status().stream().filter(pod -> !pod.running()).toList();
    List<PodStatus> failed = ended.stream().filter(this::isNews).toList();
    Verdict.of(failed)
        .ifPresent(
            worst -> {
              int epoch = Math.max(opened, last == null ? 0 : last.epoch());
              Verdict.each(failed, worst).forEach(each -> failures.record(at, epoch, each, last));
              failed(worst, epoch);
            });
    restart(ended);
  }

  /**
   * A rank that lost its peers may end as well, or go with one that was asked to go: that is the
   * same failure, unless its process is one that was started after it.
   */
  private boolean isNews(PodStatus pod) {
    boolean follows = isCode(pod, ExitCode.INFRASTRUCTURE) || isCode(pod, ExitCode.PREEMPTED);
    boolean old = startedIn[pod.rank()] < opened;
    boolean told = gang.heals() && (failures.knowsEndOf(pod.pod()) || killed.contains(pod.pod()));
    return !isCode(pod, ExitCode.DONE) && !told && !(follows && old && failures.isOpen());
  }

  /** The cluster makes no other pod for a rank as long as one is there that nobody answers for. */
  private void replaceLost(List<PodStatus> pods) {
    List<PodStatus> others = pods.stream().filter(pod -> !killed.contains(pod.pod())).toList();
    for (Verdict verdict : lost(others)) {
      PodStatus pod = verdict.culprit();
      LOG.warn(
          "a node is lost run={} stage={} rank={}: {}",
          task.run(),
          task.stage().word(),
          pod.rank(),
          verdict.evidence());
      int epoch = Math.max(opened, last == null ? 0 : last.epoch());
      // Before the node was found to be gone, its rank may have been taken to hang.
      if (!failures.correct(verdict)) {
        failures.record(failures.now(), epoch, verdict, last);
        failed(verdict, epoch);
      }
      killed.add(pod.pod());
      gang.kill(pod.rank());
      hangs.restarted(failedEpoch);
    }
  }

  private List<Verdict> lost(List<PodStatus> pods) {
    try {
      return silentNodes.gone(pods, () -> epochs.beats(task.worldSize()));
    } catch (StoreException e) {
      storeIsAway(e);
      // No rank can give a sign meanwhile.
      silentNodes.forget();
      return List.of();
    }
  }

  private void replaceHung(List<PodStatus> pods) throws InterruptedException {
    List<PodStatus> running = pods.stream().filter(PodStatus::running).toList();
    Verdict verdict = hangs.blame(running, epochs.beats(task.worldSize()));
    int rank = verdict.culprit().rank();
    boolean again = failures.isOpen();
    LOG.warn(
        "gang hangs run={} stage={} rank={}: {}",
        task.run(),
        task.stage().word(),
        rank,
        verdict.evidence());
    gang.saveStacks();
    gang.awaitChange(policy.soon());
    int epoch = Math.max(opened, last == null ? 0 : last.epoch());
    failures.record(failures.now().minus(hangs.silence()), epoch, verdict, last);
    failed(verdict, epoch);
    for (PodStatus pod : running) {
      // Where one alone did not help, all are replaced.
      if (gang.heals() && !again && pod.rank() == rank) {
        epochs.orderRestart(rank);
      } else if (again || pod.rank() == rank) {
        killed.add(pod.pod());
        gang.kill(pod.rank());
      }
    }
    restart(gang.status().stream().filter(pod -> !pod.running()).toList());
  }

  private void failed(Verdict verdict, int epoch) {
    patience.failed(verdict, last, failures.entries().size());
    noticed();
    failedEpoch = epoch;
    opened = epochs.openAfter(epoch);
  }

  private void noticed() {
    newestFailure = failures.now();
    undecided = true;
  }

  private void restart(List<PodStatus> ended) {
    for (PodStatus pod : ended) {
      gang.restart(pod.rank(), opened);
      startedIn[pod.rank()] = opened;
    }
    hangs.restarted(failedEpoch);
  }

  private void awaitFarewell() throws InterruptedException {
    long deadline = System.nanoTime() + policy.grace().toNanos();
    while (System.nanoTime() < deadline && gang.status().stream().anyMatch(PodStatus::running)) {
      gang.awaitChange(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }
  }

  private static boolean isCode(PodStatus pod, int code) {
    Integer found = pod.exitCode();
    return found != null && found == code;
  }
}
