package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.task.Intervention;
import dev.tatara.config.task.PipelineResult;
import java.util.List;

/** What the run used, what it might have used, and what people decided meanwhile. */
final class InterventionSection implements Section {
  @Override
  public void write(ReportContent content, Html page) {
    PipelineResult result = content.result();
    BudgetConfig budget = result.budget();
    if (result.rankHours() == 0 && budget == null && result.interventions().isEmpty()) {
      return;
    }
    page.open("section").leaf("h2", "Cost and decisions");
    String limit =
        budget == null
            ? "there was no limit"
            : "of %s allowed".formatted(hours(budget.rankHours()));
    page.leaf("p", "Ranks were held for %s, %s.".formatted(hours(result.rankHours()), limit));
    if (!result.interventions().isEmpty()) {
      table(result.interventions(), page);
    }
    page.close();
  }

  private static String hours(double hours) {
    return Figures.decimal(hours, hours < 1 ? 4 : 2) + " rank-hours";
  }

  private static void table(List<Intervention> interventions, Html page) {
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    List.of("when", "who", "what", "why").forEach(head -> page.leaf("th", head));
    page.close().close().open("tbody");
    for (Intervention each : interventions) {
      page.open("tr").leaf("td", each.at()).leaf("td", each.actor(), "class", "t");
      page.leaf("td", each.what(), "class", "t").leaf("td", each.reason(), "class", "t").close();
    }
    page.close().close().close();
  }
}
