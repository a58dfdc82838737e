package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.task.StageOutcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where every document went: per stage as stacked bars, per stage and source as a table. */
final class AccountSection implements Section {
  @Override
  public void write(ReportContent content, Html page) {
    List<StageOutcome> stages =
        content.result().stages().stream()
            .filter(outcome -> !outcome.account().sources().isEmpty())
            .toList();
    if (stages.isEmpty()) {
      return;
    }
    page.open("section").leaf("h2", "Where the documents went");
    List<String> reasons = reasons(stages);
    bars(stages, reasons, page);
    table(stages, page);
    page.leaf(
        "p",
        "In = kept + dropped by reason, checked at every stage. Dropped documents are kept with their reason beside the artifact, in rejects/.",
        "class",
        "note");
    page.close();
  }

  /** All reasons of the run, the most frequent first. */
  private static List<String> reasons(List<StageOutcome> stages) {
    SortedMap<String, Long> counts = new TreeMap<>();
    for (StageOutcome stage : stages) {
      stage
          .account()
          .total()
          .dropped()
          .forEach((name, count) -> counts.merge(name, count, Long::sum));
    }
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void bars(List<StageOutcome> stages, List<String> reasons, Html page) {
    List<StackedBars.Bar> bars = new ArrayList<>();
    for (StageOutcome stage : stages) {
      Account.Row total = stage.account().total();
      List<StackedBars.Part> parts = new ArrayList<>();
      parts.add(new StackedBars.Part("kept", total.kept()));
      reasons.forEach(
          reason ->
              parts.add(new StackedBars.Part(reason, total.dropped().getOrDefault(reason, 0L))));
      bars.add(new StackedBars.Bar(stage.stage().word(), parts));
    }
    StackedBars.write(bars, page);
  }

  private static void table(List<StageOutcome> stages, Html page) {
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "stage").leaf("th", "source");
    for (String head : List.of("in", "kept", "dropped", "text kept")) {
      page.leaf("th", head, "class", "n");
    }
    page.leaf("th", "dropped because").close().close().open("tbody");
    for (StageOutcome stage : stages) {
      stage
          .account()
          .sources()
          .forEach((source, row) -> row(stage.stage().word(), source, row, page));
      if (stage.account().sources().size() > 1) {
        row(stage.stage().word(), "all", stage.account().total(), page);
      }
    }
    page.close().close().close();
  }

  private static void row(String stage, String source, Account.Row row, Html page) {
    page.open("tr", "class", source.equals("all") ? "sum" : "");
    page.leaf("th", stage).leaf("td", source);
    page.leaf("td", Figures.count(row.in()), "class", "n");
    page.leaf("td", Figures.count(row.kept()), "class", "n");
    page.leaf("td", Figures.count(row.droppedTotal()), "class", "n");
    page.leaf("td", Figures.bytes(row.bytesKept()), "class", "n");
    page.leaf("td", because(row), "class", "t").close();
  }

  private static String because(Account.Row row) {
    return row.dropped().entrySet().stream()
        .filter(drop -> drop.getValue() > 0)
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .map(drop -> drop.getKey() + " " + Figures.count(drop.getValue()))
        .collect(Collectors.joining(", "));
  }
}
