package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The failures that one attempt at a gang's work met, each told and stored at once. */
final class Failures {
  private static final double NOT_RECOVERED = -1;
  private static final double MILLIS = 1000.0;

  private final GangTask task;
  private final Ledger ledger;
  private final GangListener listener;
  private final Clock clock;
  private final List<LedgerEntry> entries = new ArrayList<>();
  private boolean open;
  private @Nullable Instant noticed;

  Failures(GangTask task, Ledger ledger, GangListener listener, Clock clock) {
    this.task = task;
    this.ledger = ledger;
    this.listener = listener;
    this.clock = clock;
  }

  List<LedgerEntry> entries() {
    return List.copyOf(entries);
  }

  /** Recovery is timed from this moment, not from when the last rank has ended. */
  void noticed() {
    noticed = clock.instant();
  }

  /** An earlier launcher ended, and nobody saw what became of its gang. */
  void cutOff(int epoch, @Nullable TaskProgress progress) {
    add(
        new LedgerEntry(
            now(),
            task.stage(),
            -1,
            "launcher",
            "",
            FailureClass.ORCHESTRATOR,
            "the process that watched this gang ended before it",
            epoch,
            step(progress),
            0,
            NOT_RECOVERED));
  }

  void record(int epoch, Verdict verdict, @Nullable TaskProgress progress) {
    add(
        new LedgerEntry(
            now(),
            task.stage(),
            verdict.culprit().rank(),
            verdict.culprit().pod(),
            verdict.culprit().node(),
            verdict.failureClass(),
            verdict.evidence(),
            epoch,
            step(progress),
            0,
            NOT_RECOVERED));
  }

  /** The next epoch has made its first new step. */
  void recovered(int resumedStep) {
    if (!open) {
      return;
    }
    open = false;
    LedgerEntry last = entries.remove(entries.size() - 1);
    double seconds =
        Duration.between(Instant.parse(last.at()), clock.instant()).toMillis() / MILLIS;
    publish(
        new LedgerEntry(
            last.at(),
            last.stage(),
            last.rank(),
            last.pod(),
            last.node(),
            last.failureClass(),
            last.evidence(),
            last.epoch(),
            last.lastStep(),
            resumedStep,
            seconds));
  }

  private void add(LedgerEntry entry) {
    open = true;
    publish(entry);
  }

  private void publish(LedgerEntry entry) {
    entries.add(entry);
    ledger.write(task.run(), task.name(), entry);
    listener.failed(entry);
  }

  private String now() {
    Instant at = noticed == null ? clock.instant() : noticed;
    noticed = null;
    return at.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static int step(@Nullable TaskProgress progress) {
    return progress == null ? 0 : (int) progress.done();
  }
}
