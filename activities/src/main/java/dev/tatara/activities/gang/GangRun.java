package dev.tatara.activities.gang;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.Pods;
import dev.tatara.k8s.RunningGang;
import java.time.Clock;
import java.util.List;
import java.util.TreeMap;

/**
 * Brings one gang's work to its end, through as many epochs as it takes: a rank that dies is
 * replaced, and the gang goes on from its newest checkpoint. When a method returns or throws, no
 * process of the gang is left.
 */
public final class GangRun {
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
   * @throws InterruptedException if this thread was interrupted; the gang had its grace period
   */
  public List<LedgerEntry> toEnd(GangTask task, GangListener listener) throws InterruptedException {
    Epochs epochs = new Epochs(store, task.workPrefix());
    Failures failures = new Failures(task, new Ledger(store), listener, clock);
    if (epochs.wasCutOff()) {
      failures.cutOff(epochs.newest(), epochs.progress().orElse(null));
    }
    int epoch = epochs.open();
    RunningGang gang = pods.createOrAdopt(gang(task, epoch));
    boolean orderly = false;
    try {
      new GangWatch(task, gang, epoch, epochs, listener, failures, policy).untilDone();
      orderly = true;
      return failures.entries();
    } finally {
      gang.terminate(orderly ? policy.farewell() : policy.grace());
      release(epochs);
    }
  }

  /**
   * An interrupted thread cannot write to the store, but this end is on purpose and must be told.
   */
  private static void release(Epochs epochs) {
    boolean interrupted = Thread.interrupted();
    try {
      epochs.release();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Gang gang(GangTask task, int epoch) {
    return new Gang(
        task.run(),
        task.stage(),
        task.name(),
        task.image(),
        task.command(),
        task.task(),
        task.worldSize(),
        epoch,
        task.threads(),
        task.maxHeapMegabytes(),
        new TreeMap<>(settings.toEnvironment()));
  }
}
