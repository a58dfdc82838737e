package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        -1,
        "launcher",
        "",
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
    add(
        at,
        verdict.culprit().rank(),
        verdict.culprit().pod(),
        verdict.culprit().node(),
        verdict.failureClass(),
        verdict.evidence(),
        epoch,
        progress);
  }

  /** The ranks say what they survived without help; what was told before is not told again. */
  void survived(Map<String, LedgerEntry> incidents) {
    incidents.forEach(
        (name, entry) -> {
          if (!entry.equals(entries.get(name))) {
            publish(name, entry);
          }
        });
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
      int rank,
      String pod,
      String node,
      FailureClass failureClass,
      String evidence,
      int epoch,
      @Nullable TaskProgress progress) {
    String name = "%05d-rank%d".formatted(epoch, rank);
    open.add(name);
    publish(
        name,
        new LedgerEntry(
            at.truncatedTo(ChronoUnit.MILLIS).toString(),
            task.stage(),
            rank,
            pod,
            node,
            failureClass,
            evidence,
            epoch,
            progress == null ? 0 : (int) progress.done(),
            0,
            NOT_RECOVERED));
  }

  private void publish(String name, LedgerEntry entry) {
    entries.put(name, entry);
    ledger.write(task.run(), task.name(), name, entry);
    listener.failed(entry);
  }
}
