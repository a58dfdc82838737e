package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.PlanEstimate;
import dev.tatara.config.task.StageOutcome;
import java.util.Optional;

/** The estimate made at the start, beside what it came to. */
final class PlanSection implements Section {
  @Override
  public void write(ReportContent content, Html page) {
    PlanEstimate plan = content.result().plan();
    if (plan == null) {
      return;
    }
    page.open("section").leaf("h2", "Plan and reality");
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "pretraining").leaf("th", "plan", "class", "n");
    page.leaf("th", "reality", "class", "n").close().close().open("tbody");
    figures(plan, content, page);
    page.close().close().close();
    if (!plan.notes().isEmpty()) {
      page.open("ul");
      plan.notes().forEach(note -> page.leaf("li", note));
      page.close();
    }
    page.close();
  }

  private static void figures(PlanEstimate plan, ReportContent content, Html page) {
    row(page, "parameters", Figures.count(plan.parameters()), counted(content, "parameters"));
    row(page, "without embeddings", Figures.count(plan.bodyParameters()), "");
    row(page, "steps", Figures.count(plan.steps()), counted(content, "steps"));
    row(page, "tokens", Figures.count(plan.tokens()), counted(content, "tokens"));
    row(
        page,
        "tokens per parameter",
        Figures.decimal(plan.tokensPerParameter(), 1),
        perParameter(content));
    row(page, "compute", Figures.rounded(plan.trainingFlops()) + "FLOP", "");
    Optional<StageOutcome> trained =
        content
            .outcome(Stage.PRETRAIN)
            .filter(outcome -> outcome.state() == StageOutcome.State.DONE && outcome.seconds() > 0);
    row(
        page,
        "time",
        Figures.duration(plan.estimatedSeconds()),
        trained
            .map(outcome -> Figures.duration(outcome.seconds()))
            .orElse("not trained in this run"));
    row(
        page,
        "speed",
        Figures.rounded(plan.flopsPerSecond()) + "FLOP/s",
        trained
            .map(outcome -> Figures.rounded(plan.trainingFlops() / outcome.seconds()) + "FLOP/s")
            .orElse(""));
    row(page, "memory per rank", Figures.bytes(plan.bytesPerRank()), "");
    row(page, "one checkpoint", Figures.bytes(plan.checkpointBytes()), "");
    row(page, "sources", Figures.bytes(plan.sourceBytes()), "");
  }

  private static String counted(ReportContent content, String name) {
    return content.count(Stage.PRETRAIN, name).map(Figures::count).orElse("");
  }

  private static String perParameter(ReportContent content) {
    Optional<Long> tokens = content.count(Stage.PRETRAIN, "tokens");
    Optional<Long> parameters = content.count(Stage.PRETRAIN, "parameters");
    return tokens.isPresent() && parameters.isPresent()
        ? Figures.decimal((double) tokens.get() / parameters.get(), 1)
        : "";
  }

  private static void row(Html page, String name, String plan, String reality) {
    page.open("tr").leaf("th", name).leaf("td", plan, "class", "n");
    page.leaf("td", reality, "class", "n").close();
  }
}
