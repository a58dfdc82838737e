package dev.tatara.activities.publish;

import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.run.CollectConfig.Source;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The README of a published model, in the shape of Hugging Face model cards (Mitchell et al., arXiv
 * 1810.03993). Pure: no clock, so that publishing again gives the same bytes.
 */
final class ModelCard {
  private ModelCard() {}

  static String of(
      String run,
      PipelineSpec spec,
      Manifest model,
      List<EvaluationResult> evaluations,
      GateVerdict verdict) {
    StringBuilder card = new StringBuilder();
    header(card, spec);
    card.append("# ").append(run).append("\n\n");
    card.append(
        String.format(
            Locale.ROOT,
            "A language model of %,d parameters in the LLaMA architecture, %s with"
                + " Tatara. This is the **%s** model of the run.\n\n",
            model.counts().getOrDefault("parameters", 0L),
            origin(spec),
            verdict.kept()));
    card.append(
        "## How to use it\n\n```\n./tatara generate --model . --chat --prompt \"Hello\"\n```\n\n");
    card.append("It is also a Hugging Face folder for `transformers`.\n\n");
    data(card, spec);
    evaluation(card, evaluations);
    verdict(card, verdict);
    card.append(
        "## Limits\n\nA model of this size learns the shape of language rather than facts: do not rely"
            + " on what it says. It was not tested for safety; its training data may contain biases.\n");
    return card.toString();
  }

  private static String origin(PipelineSpec spec) {
    String from = spec.pretrain().from();
    return from == null
        ? "trained from scratch"
        : "trained further from the given model \"%s\""
            .formatted(from.substring(Math.max(from.lastIndexOf('/'), from.indexOf(':')) + 1));
  }

  private static void header(StringBuilder card, PipelineSpec spec) {
    String license = spec.publish().license();
    card.append("---\nlibrary_name: transformers\npipeline_tag: text-generation\n");
    card.append("license: ").append(license == null ? "other" : license).append('\n');
    if (!spec.clean().languages().isEmpty()) {
      card.append("language:\n");
      spec.clean().languages().forEach(code -> card.append("- ").append(code).append('\n'));
    }
    card.append("---\n\n");
  }

  private static void data(StringBuilder card, PipelineSpec spec) {
    card.append("## Training data\n\n| source | used for | licence |\n|---|---|---|\n");
    for (Source source : spec.collect().sources()) {
      row(card, source.name(), "pretraining", source.license());
    }
    if (spec.sft() != null) {
      spec.sft().data().forEach(s -> row(card, s.name(), "chats (SFT)", s.license()));
    }
    if (spec.dpo() != null) {
      spec.dpo().data().forEach(s -> row(card, s.name(), "preferences (DPO)", s.license()));
    }
    card.append('\n');
  }

  private static void row(StringBuilder card, String... cells) {
    card.append('|');
    for (String cell : cells) {
      card.append(' ').append(cell.replace("|", "\\|").replace("\n", " ")).append(" |");
    }
    card.append('\n');
  }

  private static void evaluation(StringBuilder card, List<EvaluationResult> evaluations) {
    SortedSet<String> metrics = new TreeSet<>();
    evaluations.forEach(result -> metrics.addAll(result.metrics().keySet()));
    card.append("## Evaluation\n\n| metric |");
    evaluations.forEach(result -> card.append(' ').append(result.candidate()).append(" |"));
    card.append("\n|---|").append("---|".repeat(evaluations.size())).append('\n');
    for (String metric : metrics) {
      card.append("| `").append(metric).append("` |");
      for (EvaluationResult result : evaluations) {
        Double value = result.metrics().get(metric);
        card.append(' ')
            .append(value == null ? "–" : String.format(Locale.ROOT, "%.4f", value))
            .append(" |");
      }
      card.append('\n');
    }
    card.append('\n');
  }

  private static void verdict(StringBuilder card, GateVerdict verdict) {
    card.append("## Why this model\n\n");
    for (GateVerdict.Comparison comparison : verdict.comparisons()) {
      card.append(
          "- %s against %s: %s%s\n"
              .formatted(
                  comparison.candidate(),
                  comparison.against(),
                  comparison.accepted() ? "kept" : "rolled back",
                  comparison.rules().stream()
                      .filter(rule -> !rule.holds())
                      .map(
                          rule ->
                              String.format(
                                  Locale.ROOT,
                                  "; `%s` went from %.4f to %.4f, but %s",
                                  rule.metric(),
                                  rule.before(),
                                  rule.after(),
                                  rule.bound()))
                      .reduce("", String::concat)));
    }
    if (verdict.comparisons().isEmpty()) {
      card.append("- the run trained no other\n");
    }
    card.append('\n');
  }
}
