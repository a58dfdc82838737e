package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Horizontal stacked bars on one scale, with a legend: an SVG without scripts. */
final class StackedBars {
  private static final int COLOURS = 6;
  private static final double WIDTH = 560;
  private static final double LEFT = 130;
  private static final double RIGHT = 64;
  private static final double BAR = 22;
  private static final double PITCH = 34;

  private StackedBars() {}

  record Bar(String name, List<Part> parts) {
    long total() {
      return parts.stream().mapToLong(Part::value).sum();
    }
  }

  /** The first part of a bar is what was kept; the others come in the order of the legend. */
  record Part(String name, long value) {}

  static void write(List<Bar> bars, Html page) {
    long largest = bars.stream().mapToLong(Bar::total).max().orElse(1);
    double scale = (WIDTH - LEFT - RIGHT) / Math.max(1, largest);
    page.open(
        "svg",
        "viewBox",
        "0 0 %s %s".formatted(number(WIDTH), number(PITCH * bars.size() + 4)),
        "class",
        "bars",
        "role",
        "img",
        "aria-label",
        "Documents kept and dropped per stage");
    for (int i = 0; i < bars.size(); i++) {
      bar(bars.get(i), PITCH * i + 4, scale, page);
    }
    page.close();
    legend(bars, page);
  }

  private static void bar(Bar bar, double y, double scale, Html page) {
    double middle = y + BAR / 2 + 5;
    page.leaf(
        "text", bar.name(), "x", number(LEFT - 10), "y", number(middle), "text-anchor", "end");
    double x = LEFT;
    for (int i = 0; i < bar.parts().size(); i++) {
      Part part = bar.parts().get(i);
      double width = part.value() * scale;
      if (part.value() > 0) {
        page.open(
            "rect",
            "x",
            number(x),
            "y",
            number(y),
            "width",
            number(Math.max(width, 0.6)),
            "height",
            number(BAR),
            "class",
            colour(i));
        page.leaf("title", title(bar, part)).close();
      }
      x += width;
    }
    page.leaf("text", Figures.count(bar.total()), "x", number(x + 8), "y", number(middle));
  }

  private static String title(Bar bar, Part part) {
    return "%s: %s %s (%s)"
        .formatted(
            bar.name(),
            part.name(),
            Figures.count(part.value()),
            Figures.percent((double) part.value() / bar.total()));
  }

  private static void legend(List<Bar> bars, Html page) {
    Map<String, Long> sums = new LinkedHashMap<>();
    for (Bar bar : bars) {
      bar.parts().forEach(part -> sums.merge(part.name(), part.value(), Long::sum));
    }
    page.open("ul", "class", "legend");
    int i = 0;
    long others = 0;
    for (Map.Entry<String, Long> sum : sums.entrySet()) {
      if (i < COLOURS) {
        String count = i == 0 ? "" : " " + Figures.count(sum.getValue());
        page.open("li").leaf("i", "", "class", colour(i)).text(sum.getKey() + count).close();
      } else {
        others += sum.getValue();
      }
      i++;
    }
    if (others > 0) {
      page.open("li").leaf("i", "", "class", colour(COLOURS));
      page.text("other reasons " + Figures.count(others)).close();
    }
    page.close();
  }

  private static String colour(int part) {
    return "c" + Math.min(part, COLOURS);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
