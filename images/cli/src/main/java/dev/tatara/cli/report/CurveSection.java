package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TimeSpent;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The loss over the steps, one chart per training stage. */
final class CurveSection implements Section {
  private static final String HELD_OUT = "validation/loss.";

  @Override
  public void write(ReportContent content, Html page) {
    if (content.curves().values().stream().allMatch(List::isEmpty)) {
      return;
    }
    page.open("section").leaf("h2", "Training").open("div", "class", "charts");
    content
        .curves()
        .forEach(
            (stage, points) -> {
              if (!points.isEmpty()) {
                chart(content, stage, points, page);
              }
            });
    page.close();
    page.leaf(
        "p",
        "Loss in nats per target token (dpo: of the preference). Thin: each step. Thick: moving average. Dots: held-out text, by language. Dashed: a model that knows nothing. Numbers: failures, as listed below; the steps that each cost are shaded.",
        "class",
        "note");
    page.close();
  }

  private static void chart(
      ReportContent content, Stage stage, List<StepReport.Point> points, Html page) {
    StepReport.Point first = points.get(0);
    StepReport.Point last = points.get(points.size() - 1);
    page.open("figure").open("figcaption").leaf("strong", stage.word());
    page.text(
        " %s → %s in %s steps"
            .formatted(
                Figures.decimal(first.loss(), 3),
                Figures.decimal(last.loss(), 3),
                Figures.count(last.step())));
    page.close();
    List<LineChart.Point> line = new ArrayList<>();
    points.forEach(point -> line.add(new LineChart.Point(point.step(), point.loss())));
    LineChart.write(
        stage.word() + " loss",
        line,
        new LineChart.Beside(
            reference(content, stage),
            heldOut(points),
            LedgerSection.events(content.result().ledger(), stage)),
        page);
    if (!last.extra().isEmpty()) {
      page.open("p", "class", "note").text("At the last step: ");
      List<String> extra = new ArrayList<>();
      last.extra().forEach((name, value) -> extra.add(name + " " + Figures.decimal(value, 3)));
      page.text(String.join(", ", extra)).close();
    }
    TimeSpent time = content.times().get(stage);
    if (time != null) {
      page.leaf("p", standstill(time), "class", "note");
    }
    page.close();
  }

  private static String standstill(TimeSpent time) {
    return "%s of steps, of which training stood still for %s s (%s %%) for %s checkpoints"
        .formatted(
            Figures.duration(time.trainingSeconds()),
            Figures.decimal(time.stallSeconds(), 3),
            Figures.decimal(100 * time.stallShare(), 3),
            Figures.count(time.checkpoints()));
  }

  /** The loss on held-out text, by language. */
  private static SortedMap<String, List<LineChart.Point>> heldOut(List<StepReport.Point> points) {
    SortedMap<String, List<LineChart.Point>> lines = new TreeMap<>();
    for (StepReport.Point point : points) {
      point
          .extra()
          .forEach(
              (name, value) -> {
                if (name.startsWith(HELD_OUT) && Double.isFinite(value)) {
                  lines
                      .computeIfAbsent(name.substring(HELD_OUT.length()), any -> new ArrayList<>())
                      .add(new LineChart.Point(point.step(), value));
                }
              });
    }
    return lines;
  }

  /** Loss of a model that gives every token, or both answers, the same probability. */
  private static double reference(ReportContent content, Stage stage) {
    if (stage == Stage.DPO) {
      return Math.log(2);
    }
    return content.tokens() == null || stage != Stage.PRETRAIN
        ? Double.NaN
        : Math.log(content.tokens().vocabularySize());
  }
}
