package dev.tatara.activities.gang;

import dev.tatara.activities.retention.WorkFolders;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.Pods;
import dev.tatara.k8s.RunningGang;
import dev.tatara.k8s.cluster.ClusterException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one gang's work to its end, through as many epochs as it takes: a rank that dies is
 * replaced, and the gang goes on from its newest checkpoint. When a method returns or throws, no
 * process of the gang is left; only where gangs outlive their launcher, one that was merely
 * interrupted leaves its gang at work.
 */
public final class GangRun {
  private static final Logger LOG = LoggerFactory.getLogger(GangRun.class);

  private final Pods pods;
  private final ObjectStore store;
  private final StoreSettings settings;
  private final GangPolicy policy;
  private final Clock clock;

  public GangRun(
      Pods pods, ObjectStore store, StoreSettings settings, GangPolicy policy, Clock clock) {
    this.pods = pods;
    this.store = store;
    this.settings = settings;
    this.policy = policy;
    this.clock = clock;
  }

  /**
   * Runs until all ranks ended well.
   *
   * @return the failures that were met
   * @throws InvalidInputException if a rank says that the user must change something
   * @throws GangFailedException if it fails again and again
   * @throws InterruptedException if this thread was interrupted: the gang had its grace period, or
   *     goes on, where it can, if nobody has cancelled its work
   */
  public List<LedgerEntry> toEnd(GangTask task, GangListener listener) throws InterruptedException {
    Epochs epochs = new Epochs(store, task.workPrefix());
    Ledger ledger = new Ledger(store);
    Failures failures = new Failures(task, ledger, listener, clock);
    new WorkFolders(store).note(task.run(), task.name(), task.workPrefix());
    Map<String, LedgerEntry> earlier = ledger.entries(task.run(), task.name());
    Optional<RunningGang> left = pods.adopt(known(task));
    int epoch;
    if (left.isPresent()) {
      epoch = takeUp(failures, earlier, epochs);
    } else {
      if (epochs.wasCutOff()) {
        failures.cutOff(epochs.newest(), epochs.progress().orElse(null));
      }
      epoch = epochs.open();
    }
    List<LedgerEntry> before = ledger.entries(task.run());
    Patience patience = new Patience(task, policy);
    Duration grace = GracePeriod.of(task, epochs.progress().orElse(null));
    RunningGang gang =
        left.isPresent()
            ? left.get()
            : pods.createOrAdopt(gang(task, epoch, avoided(before, List.of()), grace));
    while (true) {
      GangWatch watch =
          new GangWatch(task, gang, epoch, epochs, listener, failures, patience, policy);
      if (watch(watch, gang, epochs, listener, before, gang.heals() ? grace : policy.grace())) {
        return failures.entries();
      }
      SortedSet<String> avoided = avoided(before, failures.entries());
      LOG.warn(
          "the gang is formed anew run={} stage={} avoided={}",
          task.run(),
          task.stage().word(),
          avoided);
      epoch = epochs.open();
      grace = GracePeriod.of(task, epochs.progress().orElse(null));
      gang = pods.createOrAdopt(gang(task, epoch, avoided, grace));
    }
  }

  private SortedSet<String> avoided(List<LedgerEntry> before, List<LedgerEntry> now) {
    return UnreliableNodes.of(
        Stream.concat(before.stream(), now.stream()), policy.budgets().node());
  }

  /**
   * Ends what an earlier launcher has left of a gang whose work is done: it did not live to see it.
   *
   * @return the failures that the gang met
   */
  public List<LedgerEntry> conclude(GangTask task, GangListener listener) {
    Ledger ledger = new Ledger(store);
    Map<String, LedgerEntry> earlier = ledger.entries(task.run(), task.name());
    Optional<RunningGang> left = pods.adopt(known(task));
    if (left.isEmpty()) {
      return List.copyOf(earlier.values());
    }
    Epochs epochs = new Epochs(store, task.workPrefix());
    Failures failures = new Failures(task, ledger, listener, clock);
    takeUp(failures, earlier, epochs);
    left.get().terminate(policy.farewell());
    epochs.release();
    return failures.entries();
  }

  /**
   * @return the epoch that the gang is in
   */
  private static int takeUp(Failures failures, Map<String, LedgerEntry> earlier, Epochs epochs) {
    failures.takeUp(earlier);
    int epoch = Math.max(1, epochs.newest());
    if (!epochs.wasHandedOver()) {
      failures.takenOver(epoch, epochs.progress().orElse(null));
    }
    return epoch;
  }

  private boolean watch(
      GangWatch watch,
      RunningGang gang,
      Epochs epochs,
      GangListener listener,
      List<LedgerEntry> before,
      Duration longest)
      throws InterruptedException {
    Duration grace = longest;
    boolean wanted = false;
    try {
      boolean done =
          watch.untilDoneOr(now -> !gang.avoidedNodes().containsAll(avoided(before, now)));
      if (done) {
        grace = policy.farewell();
      }
      return done;
    } catch (InterruptedException e) {
      wanted = !listener.isCancelled();
      throw e;
    } catch (StoreException | ClusterException e) {
      // That something is away says nothing of the gang; whoever tries again finds it.
      wanted = true;
      throw e;
    } finally {
      if (wanted && gang.heals()) {
        gang.leave(grace);
        uninterrupted(() -> handOver(epochs));
      } else {
        gang.terminate(grace);
        uninterrupted(epochs::release);
      }
    }
  }

  private static void handOver(Epochs epochs) {
    try {
      epochs.handOver();
    } catch (StoreException e) {
      LOG.warn("the next launcher will not know that this one left on purpose", e);
    }
  }

  /** An interrupted thread cannot write to the store, but an end on purpose must be told. */
  private static void uninterrupted(Runnable word) {
    boolean interrupted = Thread.interrupted();
    try {
      word.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** As it is found, whoever formed it, and when. */
  private Gang known(GangTask task) {
    return gang(task, 1, Collections.emptySortedSet(), Duration.ZERO);
  }

  private Gang gang(GangTask task, int epoch, SortedSet<String> avoidedNodes, Duration grace) {
    return new Gang(
        task.run(),
        task.stage(),
        task.name(),
        task.image(),
        task.command(),
        task.task(),
        task.workPrefix(),
        task.worldSize(),
        epoch,
        task.threads(),
        task.maxHeapMegabytes(),
        new TreeMap<>(settings.toEnvironment()),
        avoidedNodes,
        grace);
  }
}
