package dev.tatara.cli;

import dev.tatara.cli.progress.BarDisplay;
import dev.tatara.cli.progress.LineDisplay;
import dev.tatara.cli.progress.ProgressDisplay;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Chooses how progress is shown: bars on a terminal, lines elsewhere. */
final class Screen {
  /** Width of the terminal; the launcher sets it, and only if there is one. */
  private static final String COLUMNS = "tatara.columns";

  private Screen() {}

  static ProgressDisplay display(PrintWriter out, Map<String, String> environment) {
    double start = System.nanoTime() / 1e9;
    DoubleSupplier clock = () -> System.nanoTime() / 1e9 - start;
    int columns = Integer.getInteger(COLUMNS, 0);
    if (columns <= 0 || environment.getOrDefault("TERM", "dumb").equals("dumb")) {
      return new LineDisplay(out, clock);
    }
    return new BarDisplay(out, clock, columns, !environment.containsKey("NO_COLOR"));
  }
}
