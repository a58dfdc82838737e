package dev.tatara.cli.report;

import dev.tatara.cli.figures.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A line over steps with its moving average and an optional level: an SVG without scripts. */
final class LineChart {
  private static final double WIDTH = 440;
  private static final double HEIGHT = 240;
  private static final double LEFT = 46;
  private static final double RIGHT = 12;
  private static final double TOP = 10;
  private static final double BOTTOM = 26;

  /** More points than this cannot be told apart at this width. */
  private static final int MOST_POINTS = 1000;

  private final double x0;
  private final double x1;
  private final double y0;
  private final double y1;

  private LineChart(double x0, double x1, double y0, double y1) {
    this.x0 = x0;
    this.x1 = x1;
    this.y0 = y0;
    this.y1 = y1;
  }

  record Point(double x, double y) {}

  /**
   * What happened at a step.
   *
   * @param back the step that was gone back to: what lies between is shaded
   * @param number a short name
   * @param told a sentence, shown to who points at it
   * @param colour class of the style sheet
   */
  record Event(double at, double back, String number, String told, String colour) {}

  /**
   * What is drawn beside the line.
   *
   * @param level height of a dashed line; not drawn if it is not finite
   * @param others further lines by name, which are marked at their points
   */
  record Beside(double level, Map<String, List<Point>> others, List<Event> events) {}

  /** Draws the chart. */
  static void write(String label, List<Point> all, Beside beside, Html page) {
    double level = beside.level();
    Map<String, List<Point>> others = beside.others();
    List<Point> points = thinned(all.stream().filter(p -> Double.isFinite(p.y())).toList());
    if (points.isEmpty()) {
      return;
    }
    double low = points.stream().mapToDouble(Point::y).min().orElse(0);
    double high = points.stream().mapToDouble(Point::y).max().orElse(1);
    if (Double.isFinite(level)) {
      low = Math.min(low, level);
      high = Math.max(high, level);
    }
    for (Point point : others.values().stream().flatMap(List::stream).toList()) {
      low = Math.min(low, point.y());
      high = Math.max(high, point.y());
    }
    double margin = Math.max((high - low) * 0.06, 1e-6);
    LineChart chart =
        new LineChart(
            points.get(0).x(),
            Math.max(points.get(points.size() - 1).x(), points.get(0).x() + 1),
            low - margin,
            high + margin);
    String box = "0 0 %s %s".formatted(number(WIDTH), number(HEIGHT));
    page.open("svg", "viewBox", box, "role", "img", "aria-label", label);
    chart.axes(page);
    if (Double.isFinite(level)) {
      String y = number(chart.y(level));
      chart.line(page, "level", number(LEFT), y, number(WIDTH - RIGHT), y);
    }
    beside.events().forEach(event -> chart.event(event, page));
    page.empty("path", "d", chart.path(points), "class", "raw");
    page.empty("path", "d", chart.path(averaged(points)), "class", "mean");
    others.forEach((name, line) -> chart.marked(name, line, page));
    page.close();
  }

  private void marked(String name, List<Point> points, Html page) {
    page.empty("path", "d", path(points), "class", "other");
    for (Point point : points) {
      page.empty(
          "circle",
          "cx",
          number(x(point.x())),
          "cy",
          number(y(point.y())),
          "r",
          "2.4",
          "class",
          "mark");
    }
    Point last = points.get(points.size() - 1);
    page.leaf(
        "text",
        name,
        "x",
        number(x(last.x()) - 6),
        "y",
        number(y(last.y()) - 6),
        "text-anchor",
        "end");
  }

  private void event(Event event, Html page) {
    double at = x(Math.min(x1, Math.max(x0, event.at())));
    double back = x(Math.min(x1, Math.max(x0, event.back())));
    double floor = HEIGHT - BOTTOM;
    page.open("g", "class", "event " + event.colour()).leaf("title", event.told());
    page.empty(
        "rect",
        "x",
        number(Math.min(back, at)),
        "y",
        number(TOP),
        "width",
        number(Math.max(1, Math.abs(at - back))),
        "height",
        number(floor - TOP));
    page.leaf(
        "text", event.number(), "x", number(at), "y", number(TOP + 9), "text-anchor", "middle");
    page.close();
  }

  private static List<Point> thinned(List<Point> points) {
    int stride = points.size() / MOST_POINTS + 1;
    List<Point> kept = new ArrayList<>();
    for (int i = 0; i < points.size(); i += stride) {
      kept.add(points.get(i));
    }
    return kept;
  }

  /** Moving average over a twentieth of the points, to both sides. */
  private static List<Point> averaged(List<Point> points) {
    int reach = Math.max(1, points.size() / 40);
    List<Point> means = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      List<Point> around =
          points.subList(Math.max(0, i - reach), Math.min(points.size(), i + reach + 1));
      double mean = around.stream().mapToDouble(Point::y).average().orElse(0);
      means.add(new Point(points.get(i).x(), mean));
    }
    return means;
  }

  private void axes(Html page) {
    double step = niceStep((y1 - y0) / 5);
    for (double tick = Math.ceil(y0 / step) * step; tick <= y1; tick += step) {
      String y = number(y(tick));
      line(page, "grid", number(LEFT), y, number(WIDTH - RIGHT), y);
      page.leaf(
          "text",
          Figures.decimal(tick, step < 0.1 ? 2 : step < 1 ? 1 : 0),
          "x",
          number(LEFT - 6),
          "y",
          number(y(tick) + 4),
          "text-anchor",
          "end");
    }
    double stride = Math.max(1, niceStep((x1 - x0) / 4));
    for (double tick = Math.ceil(x0 / stride) * stride; tick <= x1; tick += stride) {
      page.leaf(
          "text",
          Figures.rounded(tick),
          "x",
          number(x(tick)),
          "y",
          number(HEIGHT - 8),
          "text-anchor",
          "middle");
    }
  }

  private void line(Html page, String kind, String fromX, String fromY, String toX, String toY) {
    page.empty("line", "x1", fromX, "y1", fromY, "x2", toX, "y2", toY, "class", kind);
  }

  private String path(List<Point> points) {
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      path.append(path.isEmpty() ? 'M' : 'L').append(number(x(point.x()))).append(' ');
      path.append(number(y(point.y())));
    }
    return path.toString();
  }

  /** 1, 2 or 5 times a power of ten, at least as large. */
  static double niceStep(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double ratio = rough / power;
    return power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
  }

  private double x(double value) {
    return LEFT + (value - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - (value - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
