package dev.tatara.cli;

import dev.tatara.cli.figures.Figures;
import dev.tatara.cli.progress.StageLine;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.Intervention;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The end of a run on the terminal: a table, the gate's verdict, and what was recovered from. */
final class Summary {
  private Summary() {}

  static void write(PipelineResult result, PrintWriter out) {
    out.printf("%n%-13s %-8s %12s  %s%n", "stage", "state", "time", "what");
    for (StageOutcome stage : result.stages()) {
      String time = stage.seconds() > 0 ? Figures.duration(stage.seconds()) : "";
      String state = stage.state() == State.DONE ? "new" : stage.state().word();
      String line =
          "%-13s %-8s %12s  %s"
              .formatted(stage.stage().word(), state, time, StageLine.ended(stage));
      out.println(line.stripTrailing());
    }
    out.println();
    evaluations(result.evaluations(), out);
    verdict(result, out);
    interventions(result.interventions(), out);
    recoveries(result.ledger(), out);
    out.flush();
  }

  private static void evaluations(List<EvaluationResult> evaluations, PrintWriter out) {
    for (EvaluationResult evaluation : evaluations) {
      StringBuilder line = new StringBuilder();
      evaluation
          .metrics()
          .forEach(
              (metric, value) -> {
                if (metric.startsWith("bits_per_byte.")
                    || metric.startsWith("acc.")
                    || metric.equals("chat_loss")) {
                  line.append("  %s %s".formatted(metric, Figures.decimal(value, 3)));
                }
              });
      out.printf("%-5s%s%n", evaluation.candidate(), line);
    }
    if (!evaluations.isEmpty()) {
      StringBuilder line = new StringBuilder();
      evaluations
          .get(0)
          .metrics()
          .forEach(
              (metric, value) -> {
                if (metric.startsWith("unigram_")) {
                  line.append("  %s %s".formatted(metric, Figures.decimal(value, 3)));
                }
              });
      out.println(line.isEmpty() ? "" : "to beat:" + line + "\n");
    }
  }

  private static void verdict(PipelineResult result, PrintWriter out) {
    GateVerdict verdict = result.verdict();
    if (verdict == null) {
      return;
    }
    for (GateVerdict.Comparison comparison : verdict.comparisons()) {
      String judged = comparison.candidate().toUpperCase(Locale.ROOT);
      if (comparison.accepted()) {
        out.printf("%s is accepted over %s.%n", judged, comparison.against());
      } else {
        comparison.rules().stream()
            .filter(rule -> !rule.holds())
            .forEach(rule -> out.printf("%s is turned down: %s%n", judged, reason(rule)));
      }
    }
    out.printf("Kept: the %s model.%n", verdict.kept());
  }

  private static String reason(GateVerdict.RuleOutcome rule) {
    return "%s went from %s to %s, but %s."
        .formatted(
            rule.metric(),
            Figures.decimal(rule.before(), 3),
            Figures.decimal(rule.after(), 3),
            rule.bound());
  }

  private static void interventions(List<Intervention> interventions, PrintWriter out) {
    for (Intervention each : interventions) {
      out.printf("%s %s: %s.%n", each.actor(), each.what(), each.reason());
    }
  }

  private static void recoveries(List<LedgerEntry> ledger, PrintWriter out) {
    for (LedgerEntry entry : ledger) {
      out.printf(
          "Recovered in %s: rank %d, %s; %d steps done again, back after %s.%n",
          entry.stage().word(),
          entry.rank(),
          entry.evidence(),
          entry.lostSteps(),
          entry.secondsToRecover() < 0 ? "–" : Figures.duration(entry.secondsToRecover()));
    }
  }
}
