package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.task.LedgerEntry;
import java.util.List;

/** Every failure and what came of it. */
final class LedgerSection implements Section {
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
    for (String head : List.of("when", "stage", "who", "class", "evidence")) {
      page.leaf("th", head);
    }
    for (String head : List.of("last step", "went on from", "steps lost", "back after")) {
      page.leaf("th", head, "class", "n");
    }
    page.close().close().open("tbody");
    for (LedgerEntry entry : ledger) {
      page.open("tr").leaf("td", entry.at()).leaf("td", entry.stage().word());
      page.leaf("td", who(entry), "class", "t").leaf("td", entry.failureClass().word());
      page.leaf("td", entry.evidence(), "class", "t");
      page.leaf("td", entry.lastStep(), "class", "n").leaf("td", entry.resumedStep(), "class", "n");
      page.leaf("td", entry.lostSteps(), "class", "n");
      String back =
          entry.secondsToRecover() < 0 ? "never" : Figures.duration(entry.secondsToRecover());
      page.leaf("td", back, "class", "n").close();
    }
    page.close().close().close();
  }

  private static String who(LedgerEntry entry) {
    String rank = entry.rank() < 0 ? "unknown rank" : "rank " + entry.rank();
    return "%s, %s on %s, epoch %d".formatted(rank, entry.pod(), entry.node(), entry.epoch());
  }
}
