package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.k8s.PodStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The failures that one attempt at a gang's work met, each told and stored at once. */
final class Failures {
  private static final double NOT_RECOVERED = -1;
  private static final double MILLIS = 1000.0;

  private final GangTask task;
  private final Ledger ledger;
  private final GangListener listener;
  private final Clock clock;
  private final Map<String, LedgerEntry> entries = new LinkedHashMap<>();
  private final List<String> open = new ArrayList<>();

  /** What the ranks and their pods said, as they said it. */
  private final Map<String, LedgerEntry> said = new HashMap<>();

  Failures(GangTask task, Ledger ledger, GangListener listener, Clock clock) {
    this.task = task;
    this.ledger = ledger;
    this.listener = listener;
    this.clock = clock;
  }

  /** In the order in which they happened. */
  List<LedgerEntry> entries() {
    return List.copyOf(entries.values());
  }

  /** No step has been made since the last failure. */
  boolean isOpen() {
    return !open.isEmpty();
  }

  Instant now() {
    return clock.instant();
  }

  /** An earlier launcher ended, and nobody saw what became of its gang. */
  void cutOff(int epoch, @Nullable TaskProgress progress) {
    add(
        now(),
        new PodStatus(-1, "launcher", "", null, ""),
        FailureClass.ORCHESTRATOR,
        "the process that watched this gang ended before it",
        epoch,
        progress);
  }

  /**
   * A rank failed.
   *
   * @param at when; recovery is timed from here, not from when the last rank has ended
   * @param epoch that failed
   */
  void record(Instant at, int epoch, Verdict verdict, @Nullable TaskProgress progress) {
    add(at, verdict.culprit(), verdict.failureClass(), verdict.evidence(), epoch, progress);
  }

  /**
   * What was told of this pod, and is not over, turns out to be something else.
   *
   * @return whether there was such a failure
   */
  boolean correct(Verdict verdict) {
    boolean corrected = false;
    for (String name : List.copyOf(open)) {
      LedgerEntry told = entries.get(name);
      if (told != null && told.pod().equals(verdict.culprit().pod())) {
        publish(
            name,
            entry(
                Instant.parse(told.at()),
                verdict.culprit(),
                verdict.failureClass(),
                verdict.evidence(),
                told.epoch(),
                told.lastStep()));
        corrected = true;
      }
    }
    return corrected;
  }

  /** Goes on with what an earlier launcher of the same gang has put down. */
  void takeUp(Map<String, LedgerEntry> earlier) {
    entries.putAll(earlier);
    earlier.forEach(
        (name, entry) -> {
          if (isOpen(entry)) {
            open.add(name);
          }
        });
  }

  /** The launcher before this one ended without a word, and the gang did not mind. */
  void takenOver(int epoch, @Nullable TaskProgress progress) {
    int step = progress == null ? 0 : (int) progress.done();
    Instant now = now();
    LedgerEntry entry =
        entry(
            now,
            new PodStatus(-1, "launcher", "", null, ""),
            FailureClass.ORCHESTRATOR,
            "the process that watched this gang ended without a word; the ranks went on, and another one watches them now",
            epoch,
            step);
    publish("%05d-launcher-%d".formatted(epoch, now.toEpochMilli()), recovered(entry, step, now));
  }

  /** The end of this pod is in the ledger; processes that died in it before are another matter. */
  boolean knowsEndOf(String pod) {
    return entries.entrySet().stream()
        .filter(entry -> !WorkKeys.isIncidentOfPod(entry.getKey()))
        .anyMatch(entry -> entry.getValue().pod().equals(pod));
  }

  /**
   * The ranks and their pods say what they survived without help; what was told before is not told
   * again.
   *
   * @param logs last lines of the process that an incident tells of, by its name
   * @return those that are new and not over: no step has been made since
   */
  List<LedgerEntry> survived(Map<String, LedgerEntry> incidents, UnaryOperator<String> logs) {
    List<LedgerEntry> unfinished = new ArrayList<>();
    incidents.forEach(
        (name, entry) -> {
          LedgerEntry known = entries.get(name);
          boolean isOver = known != null && !isOpen(known) && isOpen(entry);
          if (entry.equals(said.put(name, entry)) || isOver) {
            return;
          }
          publish(name, entry);
          if (known == null) {
            keepLog(name, logs.apply(name));
          }
          if (isOpen(entry) && !open.contains(name)) {
            open.add(name);
            unfinished.add(entry);
          }
        });
    return unfinished;
  }

  /** Divergence that was not got over is the end: nothing will come of it. */
  private static boolean isOpen(LedgerEntry entry) {
    return entry.secondsToRecover() < 0 && entry.failureClass() != FailureClass.DIVERGENCE;
  }

  /** A later epoch has made its first new step. */
  void recovered(int resumedStep) {
    Instant now = now();
    for (String name : open) {
      LedgerEntry failure = entries.get(name);
      if (failure != null) {
        publish(name, recovered(failure, resumedStep, now));
      }
    }
    open.clear();
  }

  private static LedgerEntry recovered(LedgerEntry failure, int resumedStep, Instant now) {
    return new LedgerEntry(
        failure.at(),
        failure.stage(),
        failure.rank(),
        failure.pod(),
        failure.node(),
        failure.failureClass(),
        failure.evidence(),
        failure.epoch(),
        failure.lastStep(),
        resumedStep,
        Duration.between(Instant.parse(failure.at()), now).toMillis() / MILLIS);
  }

  private void add(
      Instant at,
      PodStatus pod,
      FailureClass failureClass,
      String evidence,
      int epoch,
      @Nullable TaskProgress progress) {
    String name = "%05d-rank%d".formatted(epoch, pod.rank());
    open.add(name);
    int lastStep = progress == null ? 0 : (int) progress.done();
    publish(name, entry(at, pod, failureClass, evidence, epoch, lastStep));
    keepLog(name, pod.log());
  }

  private void keepLog(String name, String log) {
    if (!log.isEmpty()) {
      ledger.writeLog(task.run(), task.name(), name, log);
    }
  }

  private LedgerEntry entry(
      Instant at,
      PodStatus pod,
      FailureClass failureClass,
      String evidence,
      int epoch,
      int lastStep) {
    return new LedgerEntry(
        at.truncatedTo(ChronoUnit.MILLIS).toString(),
        task.stage(),
        pod.rank(),
        pod.pod(),
        pod.node(),
        failureClass,
        evidence,
        epoch,
        lastStep,
        0,
        NOT_RECOVERED);
  }

  private void publish(String name, LedgerEntry entry) {
    entries.put(name, entry);
    ledger.write(task.run(), task.name(), name, entry);
    listener.failed(entry);
  }
}
