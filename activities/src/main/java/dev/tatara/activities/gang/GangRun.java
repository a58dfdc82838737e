package dev.tatara.activities.gang;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.PodStatus;
import dev.tatara.k8s.Pods;
import dev.tatara.k8s.RunningGang;
import java.time.Clock;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one gang's work to its end, through as many epochs as it takes: when a rank dies, the gang
 * is formed anew and goes on from its newest checkpoint. When a method returns or throws, no
 * process of the gang is left.
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
   * @throws InterruptedException if this thread was interrupted; the gang had its grace period
   */
  public List<LedgerEntry> toEnd(GangTask task, GangListener listener) throws InterruptedException {
    Epochs epochs = new Epochs(store, task.workPrefix());
    Failures failures = new Failures(task, new Ledger(store), listener, clock);
    if (epochs.wasCutOff()) {
      failures.cutOff(epochs.newest(), epochs.progress().orElse(null));
    }
    long furthest = 0;
    int fruitless = 0;
    while (true) {
      int epoch = epochs.open();
      EpochWatch watch = new EpochWatch(task, epoch, epochs, listener, failures, policy);
      EpochWatch.End end = run(task, epoch, watch, epochs);
      if (end.verdict().isEmpty()) {
        // There may have been no step left to make, or it is work that has no steps.
        failures.recovered(watch.resumedStep());
        return failures.entries();
      }
      if (watch.furthest() > furthest) {
        fruitless = 0;
      } else if (end.verdict().get().failureClass() != FailureClass.PREEMPTED) {
        // Who is asked to go has not failed, however often.
        fruitless++;
      }
      furthest = Math.max(furthest, watch.furthest());
      failures.record(epoch, end.verdict().get(), watch.lastProgress());
      giveUpIfHopeless(task, end.verdict().get(), fruitless, failures);
    }
  }

  private EpochWatch.End run(GangTask task, int epoch, EpochWatch watch, Epochs epochs)
      throws InterruptedException {
    RunningGang gang = pods.createOrAdopt(gang(task, epoch));
    boolean orderly = false;
    try {
      EpochWatch.End end = watch.untilEnd(gang);
      orderly = true;
      return end;
    } finally {
      gang.terminate(orderly ? policy.farewell() : policy.grace());
      release(epochs, epoch);
    }
  }

  /**
   * An interrupted thread cannot write to the store, but this end is on purpose and must be told.
   */
  private static void release(Epochs epochs, int epoch) {
    boolean interrupted = Thread.interrupted();
    try {
      epochs.release(epoch);
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

  private void giveUpIfHopeless(GangTask task, Verdict verdict, int fruitless, Failures failures) {
    PodStatus culprit = verdict.culprit();
    FailureClass why = verdict.failureClass();
    if (why == FailureClass.USER || why == FailureClass.DATA) {
      throw new InvalidInputException(
          culprit.lastLine().isEmpty()
              ? "%s ended with exit code %s".formatted(culprit.pod(), culprit.exitCode())
              : culprit.lastLine());
    }
    if (why == FailureClass.ORCHESTRATOR) {
      throw new GangFailedException(
          "%s/%s was taken over by a newer attempt".formatted(task.run(), task.name()));
    }
    if (fruitless >= policy.fruitlessEpochs()) {
      throw new GangFailedException(
          "%s/%s failed %d times in a row without coming further; the last time %s on %s ended with %s. All %d failures are in the ledger of the run"
              .formatted(
                  task.run(),
                  task.name(),
                  fruitless,
                  culprit.pod(),
                  culprit.node(),
                  verdict.evidence(),
                  failures.entries().size()));
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
