package dev.tatara.cli.progress;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** For terminals: all stages at once with a bar for the one at work, redrawn in place. */
public final class BarDisplay implements ProgressDisplay {
  private static final String ESCAPE = "\u001b[";
  private static final int BAR = 20;

  private final PrintWriter out;
  private final DoubleSupplier clock;
  private final int columns;
  private final boolean colours;
  private final RateMeter meter = new RateMeter();
  private final double start;
  private int drawn;

  /**
   * @param clock seconds, never going back
   * @param columns width of the terminal
   * @param colours may be used
   */
  public BarDisplay(PrintWriter out, DoubleSupplier clock, int columns, boolean colours) {
    this.out = out;
    this.clock = clock;
    this.columns = Math.max(40, columns);
    this.colours = colours;
    this.start = clock.getAsDouble();
  }

  @Override
  public void show(RunView view) {
    if (view.progress() != null) {
      meter.observe(view.progress(), clock.getAsDouble());
    }
    List<String> lines = new ArrayList<>();
    view.stages().forEach(outcome -> lines.add(line(outcome, view)));
    String recoveries =
        view.recoveries() == 0 ? "" : ", recovered from %d failures".formatted(view.recoveries());
    lines.add("  " + Figures.duration(clock.getAsDouble() - start) + recoveries);
    StringBuilder frame = new StringBuilder();
    if (drawn > 0) {
      frame.append(ESCAPE).append(drawn).append('A');
    }
    lines.forEach(line -> frame.append('\r').append(line).append(ESCAPE).append("K\n"));
    drawn = lines.size();
    out.print(frame);
    out.flush();
  }

  private String line(StageOutcome outcome, RunView view) {
    State state = outcome.state();
    StageProgress progress = view.progress();
    String name = "%-13s ".formatted(outcome.stage().word());
    if (state == State.RUNNING && progress != null && progress.stage() == outcome.stage()) {
      String text = name + bar(progress) + "  " + StageLine.working(progress, meter);
      return paint("▸ " + cut(text), "1");
    }
    String time = outcome.seconds() > 0 ? Figures.duration(outcome.seconds()) : "";
    String text =
        cut(name + "%-8s %12s  %s".formatted(state.word(), time, StageLine.ended(outcome)));
    return switch (state) {
      case DONE, REUSED -> paint("✓ " + text, "32");
      case RUNNING, PAUSED -> paint("▸ " + text, "1");
      case FAILED -> paint("✗ " + text, "31");
      case WAITING, SKIPPED -> paint("  " + text, "2");
    };
  }

  private static String bar(StageProgress progress) {
    if (progress.total() <= 0) {
      return "·".repeat(BAR) + "      ";
    }
    double share = Math.min(1, (double) progress.done() / progress.total());
    int full = (int) (share * BAR);
    return "█".repeat(full) + "░".repeat(BAR - full) + " %3d %%".formatted((int) (100 * share));
  }

  /** A line that wraps would spoil the redrawing. */
  private String cut(String line) {
    String one = line.replace('\n', ' ');
    int room = columns - 3;
    return one.codePointCount(0, one.length()) <= room
        ? one.stripTrailing()
        : one.substring(0, one.offsetByCodePoints(0, room - 1)) + "…";
  }

  private String paint(String text, String code) {
    return colours ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
  }

  @Override
  public void close() {
    out.flush();
  }
}
