package dev.tatara.cli.progress;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** For logs: one line when a stage changes, and one every ten seconds while the work moves. */
public final class LineDisplay implements ProgressDisplay {
  private static final double PERIOD_SECONDS = 10;
  private static final double SILENT_PERIOD_SECONDS = 60;

  private final PrintWriter out;
  private final DoubleSupplier clock;
  private final RateMeter meter = new RateMeter();
  private final Map<Stage, State> told = new EnumMap<>(Stage.class);
  private double lastLine;
  private @Nullable StageProgress lastTold;

  /**
   * @param clock seconds, never going back
   */
  public LineDisplay(PrintWriter out, DoubleSupplier clock) {
    this.out = out;
    this.clock = clock;
    this.lastLine = clock.getAsDouble();
  }

  @Override
  public void show(RunView view) {
    view.stages().forEach(this::tellChange);
    StageProgress progress = view.progress();
    if (progress != null) {
      double now = clock.getAsDouble();
      meter.observe(progress, now);
      double period = progress.equals(lastTold) ? SILENT_PERIOD_SECONDS : PERIOD_SECONDS;
      if (now - lastLine >= period) {
        lastTold = progress;
        line(progress.stage(), "", StageLine.working(progress, meter));
      }
    }
    out.flush();
  }

  private void tellChange(StageOutcome outcome) {
    State before = told.put(outcome.stage(), outcome.state());
    if (outcome.state() == before || outcome.state() == State.WAITING) {
      return;
    }
    String time = outcome.seconds() > 0 ? " in " + Figures.duration(outcome.seconds()) : "";
    line(outcome.stage(), outcome.state().word() + time, StageLine.ended(outcome));
  }

  private void line(Stage stage, String state, String text) {
    lastLine = clock.getAsDouble();
    String gap = state.isEmpty() || text.isEmpty() ? "" : ": ";
    out.printf("%-13s %s%s%s%n", stage.word(), state, gap, text);
  }

  @Override
  public void close() {
    out.flush();
  }
}
