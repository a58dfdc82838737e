package dev.tatara.trainer;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.WorkKeys;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** What a gang got over by itself, told to the launcher, which keeps the run's ledger. */
final class Incidents {
  /** Incidents of an epoch are numbered: first why it began, then what it met on the way. */
  static final int CAUSE = 0;

  private final ObjectStore store;
  private final WorkKeys keys;
  private final Stage stage;
  private final int rank;
  private final List<Seen> seen = new ArrayList<>();

  /**
   * Something that was seen before it is known how it ends.
   *
   * @param number tells it from others of its epoch
   */
  private record Seen(
      int number,
      Instant at,
      FailureClass failureClass,
      String evidence,
      int epoch,
      int lastStep) {}

  Incidents(ObjectStore store, WorkKeys keys, Stage stage, int rank) {
    this.store = store;
    this.keys = keys;
    this.stage = stage;
    this.rank = rank;
  }

  /** Something went wrong {@code secondsAgo}. */
  void add(
      int number,
      double secondsAgo,
      FailureClass failureClass,
      String evidence,
      int epoch,
      int lastStep) {
    Instant at = Instant.now().minusMillis(Math.round(secondsAgo * 1000));
    seen.add(new Seen(number, at, failureClass, evidence, epoch, lastStep));
  }

  /** Forgets what was not written: the gang broke before it began. */
  void clear() {
    seen.clear();
  }

  /** Writes all, now that it is known where training goes on. */
  void write(int epoch, int resumedStep) {
    for (Seen each : seen) {
      double seconds = (System.currentTimeMillis() - each.at().toEpochMilli()) / 1e3;
      LedgerEntry entry = entry(each, resumedStep, seconds);
      store.write(keys.incident(epoch, each.number()), Json.bytes(entry));
    }
    seen.clear();
  }

  /** Writes all, where training does not go on. */
  void writeFinal(int epoch) {
    for (Seen each : seen) {
      LedgerEntry entry = entry(each, each.lastStep(), -1);
      store.write(keys.incident(epoch, each.number()), Json.bytes(entry));
    }
    seen.clear();
  }

  private LedgerEntry entry(Seen each, int resumedStep, double seconds) {
    return new LedgerEntry(
        each.at().truncatedTo(ChronoUnit.MILLIS).toString(),
        stage,
        rank,
        "rank-" + rank,
        host(),
        each.failureClass(),
        each.evidence(),
        each.epoch(),
        each.lastStep(),
        resumedStep,
        seconds);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
