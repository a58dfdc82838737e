package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import java.util.ArrayList;
import java.util.List;

/** Every failure and what came of it, numbered as in the charts of the losses. */
final class LedgerSection implements Section {
  /** What happened in a stage, for its chart. */
  static List<LineChart.Event> events(List<LedgerEntry> ledger, Stage stage) {
    List<LineChart.Event> events = new ArrayList<>();
    for (int i = 0; i < ledger.size(); i++) {
      LedgerEntry entry = ledger.get(i);
      if (entry.stage() == stage) {
        String told =
            "%d: %s, %s, back after %s"
                .formatted(i + 1, entry.failureClass().word(), who(entry), back(entry));
        events.add(
            new LineChart.Event(
                entry.lastStep(),
                entry.resumedStep(),
                Integer.toString(i + 1),
                told,
                colour(entry.failureClass())));
      }
    }
    return events;
  }

  private static String colour(FailureClass failureClass) {
    return switch (failureClass) {
      case INFRASTRUCTURE -> "c1";
      case HANG -> "c2";
      case DIVERGENCE -> "c4";
      case PREEMPTED -> "c5";
      default -> "c6";
    };
  }

  @Override
  public void write(ReportContent content, Html page) {
    List<LedgerEntry> ledger = content.result().ledger();
    page.open("section").leaf("h2", "Failures and recoveries");
    if (ledger.isEmpty()) {
      page.leaf("p", "None: no process of this run failed.");
    } else {
      table(ledger, page);
    }
    page.close();
  }

  private static void table(List<LedgerEntry> ledger, Html page) {
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "#", "class", "n");
    for (String head : List.of("when", "stage", "who", "class", "evidence")) {
      page.leaf("th", head);
    }
    for (String head : List.of("last step", "went on from", "steps lost", "back after")) {
      page.leaf("th", head, "class", "n");
    }
    page.close().close().open("tbody");
    for (int i = 0; i < ledger.size(); i++) {
      LedgerEntry entry = ledger.get(i);
      page.open("tr").leaf("td", i + 1, "class", "n");
      page.leaf("td", entry.at()).leaf("td", entry.stage().word());
      page.leaf("td", who(entry), "class", "t").open("td");
      page.open("i", "class", "key " + colour(entry.failureClass())).close();
      page.text(entry.failureClass().word()).close();
      page.leaf("td", entry.evidence(), "class", "t");
      page.leaf("td", entry.lastStep(), "class", "n").leaf("td", entry.resumedStep(), "class", "n");
      page.leaf("td", entry.lostSteps(), "class", "n");
      page.leaf("td", back(entry), "class", "n").close();
    }
    page.close().close().close();
  }

  private static String back(LedgerEntry entry) {
    return entry.secondsToRecover() < 0 ? "never" : Figures.duration(entry.secondsToRecover());
  }

  private static String who(LedgerEntry entry) {
    String rank = entry.rank() < 0 ? "unknown rank" : "rank " + entry.rank();
    return "%s, %s on %s, epoch %d".formatted(rank, entry.pod(), entry.node(), entry.epoch());
  }
}
