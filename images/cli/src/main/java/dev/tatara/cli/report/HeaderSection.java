package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.StageOutcome;
import java.util.Locale;
import java.util.Map;

/** The run's name, what came of it, and the figures that are asked for first. */
final class HeaderSection implements Section {
  private static final String BITS = "bits_per_byte.";

  @Override
  public void write(ReportContent content, Html page) {
    page.open("header");
    page.leaf("p", "Tatara run", "class", "kicker");
    page.leaf("h1", content.result().run());
    verdict(content, page);
    page.open("dl", "class", "tiles");
    content
        .count(Stage.PRETRAIN, "parameters")
        .ifPresent(count -> tile(page, "parameters", Figures.rounded(count)));
    content
        .count(Stage.PRETRAIN, "tokens")
        .ifPresent(count -> tile(page, "tokens trained on", Figures.rounded(count)));
    keptEvaluation(content, page);
    double seconds = content.result().stages().stream().mapToDouble(StageOutcome::seconds).sum();
    tile(page, "time of this run", Figures.duration(seconds));
    tile(page, "failures recovered", recovered(content));
    page.close().close();
  }

  private static void verdict(ReportContent content, Html page) {
    GateVerdict verdict = content.result().verdict();
    if (verdict != null) {
      boolean all = verdict.comparisons().stream().allMatch(GateVerdict.Comparison::accepted);
      page.open("p", "class", all ? "verdict good" : "verdict warn");
      page.leaf("strong", "Kept: the " + modelName(verdict.kept()) + " model. ");
      page.text(
          all
              ? "Every rule of the gate held."
              : "The gate turned a later model down; see below why.");
      page.close();
      return;
    }
    String failed =
        content.result().stages().stream()
            .filter(outcome -> outcome.state() == StageOutcome.State.FAILED)
            .map(outcome -> "Failed in " + outcome.stage().word() + ". " + outcome.note())
            .findFirst()
            .orElse("The run has not come to its end yet.");
    page.leaf("p", failed, "class", "verdict bad");
  }

  private static void keptEvaluation(ReportContent content, Html page) {
    GateVerdict verdict = content.result().verdict();
    if (verdict == null) {
      return;
    }
    for (EvaluationResult evaluation : content.result().evaluations()) {
      if (evaluation.candidate().equals(verdict.kept())) {
        evaluation.metrics().entrySet().stream()
            .filter(metric -> metric.getKey().startsWith(BITS))
            .forEach(metric -> bits(evaluation, metric, page));
      }
    }
  }

  private static void bits(
      EvaluationResult evaluation, Map.Entry<String, Double> metric, Html page) {
    String language = metric.getKey().substring(BITS.length());
    Double unigram = evaluation.metrics().get("unigram_" + metric.getKey());
    String against = unigram == null ? "" : " (unigram " + Figures.decimal(unigram, 2) + ")";
    tile(page, "bits per byte, " + language + against, Figures.decimal(metric.getValue(), 2));
  }

  private static String recovered(ReportContent content) {
    long recovered =
        content.result().ledger().stream().filter(entry -> entry.secondsToRecover() >= 0).count();
    int failures = content.result().ledger().size();
    return recovered == failures ? Long.toString(recovered) : recovered + " of " + failures;
  }

  private static void tile(Html page, String label, String value) {
    page.open("div").leaf("dt", label).leaf("dd", value).close();
  }

  /** How people write the name of a candidate. */
  static String modelName(String candidate) {
    return candidate.equals("base") ? candidate : candidate.toUpperCase(Locale.ROOT);
  }
}
