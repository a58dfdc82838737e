package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.task.EvaluationResult;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All models side by side, metric by metric. */
final class EvaluationSection implements Section {
  private static final String UNIGRAM = "unigram_";

  @Override
  public void write(ReportContent content, Html page) {
    List<EvaluationResult> models = content.result().evaluations();
    if (models.isEmpty()) {
      return;
    }
    page.open("section").leaf("h2", "Evaluation");
    page.open("div", "class", "scroll").open("table").open("thead").open("tr");
    page.leaf("th", "metric");
    models.forEach(
        model ->
            page.leaf("th", HeaderSection.modelName(model.candidate()) + " model", "class", "n"));
    page.leaf("th", "to beat", "class", "n").leaf("th", "better is");
    page.close().close().open("tbody");
    for (String metric : metrics(models)) {
      row(metric, models, page);
    }
    page.close().close().close();
    page.leaf(
        "p",
        "Bits per byte on held-out text; to beat: a unigram model of the training tokens. chat_loss is in"
            + " nats per token of the assistant on held-out chats. acc and acc_norm are shares of"
            + " right answers, the latter by likelihood per character. ±: one"
            + " standard error. The best model of a row is bold.",
        "class",
        "note");
    page.close();
  }

  private static SortedSet<String> metrics(List<EvaluationResult> models) {
    SortedSet<String> names = new TreeSet<>();
    models.forEach(model -> names.addAll(model.metrics().keySet()));
    names.removeIf(name -> name.startsWith(UNIGRAM) || name.startsWith("acc_stderr."));
    return names;
  }

  private static void row(String metric, List<EvaluationResult> models, Html page) {
    boolean higher = metric.startsWith("acc");
    page.open("tr").leaf("th", metric);
    for (EvaluationResult model : models) {
      Double value = model.metrics().get(metric);
      page.leaf(
          "td",
          value == null ? "–" : show(metric, value, model),
          "class",
          value != null && best(metric, value, models, higher) ? "n best" : "n");
    }
    page.leaf("td", baseline(metric, models), "class", "n");
    page.leaf("td", higher ? "higher" : "lower").close();
  }

  private static String show(String metric, double value, EvaluationResult model) {
    if (!metric.startsWith("acc")) {
      return Figures.decimal(value, 3);
    }
    Double error = model.metrics().get("acc_stderr." + metric.substring(metric.indexOf('.') + 1));
    String share = Figures.decimal(100 * value, 1);
    return error == null || !metric.startsWith("acc.")
        ? share + " %"
        : "%s ± %s %%".formatted(share, Figures.decimal(100 * error, 1));
  }

  private static boolean best(
      String metric, double value, List<EvaluationResult> models, boolean higher) {
    return models.size() > 1
        && models.stream()
            .map(model -> model.metrics().get(metric))
            .allMatch(other -> other == null || (higher ? other <= value : other >= value));
  }

  private static String baseline(String metric, List<EvaluationResult> models) {
    Double unigram = first(models, UNIGRAM + metric);
    return unigram == null ? "" : Figures.decimal(unigram, 3);
  }

  private static @Nullable Double first(List<EvaluationResult> models, String metric) {
    return models.stream()
        .map(model -> model.metrics().get(metric))
        .filter(value -> value != null)
        .findFirst()
        .orElse(null);
  }
}
