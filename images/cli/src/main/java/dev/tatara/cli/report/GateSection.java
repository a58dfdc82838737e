package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.task.GateVerdict;

/** Why each post-trained model was kept or turned down, rule by rule. */
final class GateSection implements Section {
  @Override
  public void write(ReportContent content, Html page) {
    GateVerdict verdict = content.result().verdict();
    if (verdict == null) {
      return;
    }
    page.open("section").leaf("h2", "Gate");
    if (verdict.comparisons().isEmpty()) {
      page.leaf("p", "There was no post-trained model to judge: the base model is kept.");
    }
    verdict.comparisons().forEach(comparison -> comparison(comparison, page));
    page.close();
  }

  private static void comparison(GateVerdict.Comparison comparison, Html page) {
    page.open("h3");
    page.text(HeaderSection.modelName(comparison.candidate()));
    page.text(" against ").text(HeaderSection.modelName(comparison.against())).text(": ");
    page.leaf(
        "span",
        comparison.accepted() ? "accepted" : "turned down",
        "class",
        comparison.accepted() ? "badge good" : "badge bad");
    page.close();
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "metric").leaf("th", "before", "class", "n").leaf("th", "after", "class", "n");
    page.leaf("th", "change", "class", "n").leaf("th", "rule").leaf("th", "holds");
    page.close().close().open("tbody");
    for (GateVerdict.RuleOutcome rule : comparison.rules()) {
      page.open("tr").leaf("th", rule.metric());
      page.leaf("td", Figures.decimal(rule.before(), 3), "class", "n");
      page.leaf("td", Figures.decimal(rule.after(), 3), "class", "n");
      double change = rule.after() - rule.before();
      page.leaf("td", (change > 0 ? "+" : "") + Figures.decimal(change, 3), "class", "n");
      page.leaf("td", rule.bound(), "class", "t");
      page.leaf("td", rule.holds() ? "✓ yes" : "✗ no", "class", rule.holds() ? "good" : "bad");
      page.close();
    }
    page.close().close().close();
  }
}
