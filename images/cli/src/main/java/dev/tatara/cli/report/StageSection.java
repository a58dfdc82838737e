package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.task.StageOutcome;
import java.util.List;
import java.util.Locale;

/** What each stage did and how long it took. */
final class StageSection implements Section {
  @Override
  public void write(ReportContent content, Html page) {
    List<StageOutcome> stages = content.result().stages();
    if (stages.isEmpty()) {
      return;
    }
    double longest = stages.stream().mapToDouble(StageOutcome::seconds).max().orElse(1);
    page.open("section").leaf("h2", "Time per stage");
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "stage").leaf("th", "state").leaf("th", "time", "class", "n");
    page.leaf("th", "", "class", "bar").leaf("th", "what");
    page.close().close().open("tbody");
    for (StageOutcome stage : stages) {
      page.open("tr").leaf("th", stage.stage().word());
      page.open("td");
      page.leaf("span", stage.state().word(), "class", "badge " + tone(stage.state())).close();
      page.leaf("td", stage.seconds() > 0 ? Figures.duration(stage.seconds()) : "", "class", "n");
      page.open("td", "class", "bar");
      page.leaf("i", "", "style", width(stage.seconds() / Math.max(longest, 1e-9))).close();
      page.leaf("td", stage.note(), "class", "t").close();
    }
    page.close().close().close().close();
  }

  private static String width(double share) {
    return String.format(Locale.ROOT, "width:%.1f%%", 100 * share);
  }

  private static String tone(StageOutcome.State state) {
    return switch (state) {
      case DONE -> "good";
      case REUSED -> "calm";
      case FAILED -> "bad";
      case RUNNING, PAUSED -> "warn";
      case WAITING, SKIPPED -> "plain";
    };
  }
}
