package dev.tatara.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.StageOutcome.State;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ProgressDisplayTest {
  private final StringWriter text = new StringWriter();
  private double now;

  @Test
  void logsAStageWhenItChangesAndNotAgain() {
    var display = new LineDisplay(new PrintWriter(text), () -> now);

    display.show(view(State.RUNNING, null));
    display.show(view(State.RUNNING, null));
    display.show(view(State.DONE, null));

    assertThat(text.toString().lines())
        .containsExactly(
            "clean         running",
            "clean         done in 21 s: 940 of 1,000 documents kept, 1.50 M tokens");
  }

  @Test
  void logsRateAndTimeToGoEveryTenSeconds() {
    var display = new LineDisplay(new PrintWriter(text), () -> now);

    for (now = 0; now <= 25; now++) {
      display.show(view(State.RUNNING, steps((long) (2 * now))));
    }

    assertThat(text.toString().lines())
        .containsExactly(
            "clean         running",
            "clean         20 of 100 steps, 2 a second, 40 s to go, loss 5.2",
            "clean         40 of 100 steps, 2 a second, 30 s to go, loss 5.2");
  }

  @Test
  void showsOnlyTheShareWhereTheUnitMeansNothing() {
    RateMeter meter = new RateMeter();
    StageProgress bytes = new StageProgress(Stage.COLLECT, 512, 2048, "", "documents");

    assertThat(StageLine.working(bytes, meter)).isEqualTo("25.0 %, documents");
  }

  @Test
  void drawsABarThatFitsTheTerminal() {
    var display = new BarDisplay(new PrintWriter(text), () -> now, 60, false);

    display.show(view(State.RUNNING, steps(50)));

    List<String> lines = text.toString().replace("\r", "").lines().toList();
    assertThat(lines.get(0)).startsWith("▸ clean         ██████████░░░░░░░░░░  50 %  50 of 100");
    assertThat(lines).allMatch(line -> line.replace("\u001b[K", "").length() <= 60);
  }

  @Test
  void redrawsInPlace() {
    var display = new BarDisplay(new PrintWriter(text), () -> now, 80, false);

    display.show(view(State.RUNNING, steps(50)));
    display.show(view(State.DONE, null));

    assertThat(text.toString())
        .contains("\u001b[2A")
        .contains("✓ clean         done             21 s");
  }

  @Test
  void measuresAnewWhenAGangGoesOnFromItsCheckpoint() {
    RateMeter meter = new RateMeter();
    meter.observe(steps(10), 0);
    meter.observe(steps(90), 10);
    assertThat(meter.perSecond()).hasValue(8);

    meter.observe(steps(50), 11);
    assertThat(meter.perSecond()).isEmpty();
    meter.observe(steps(54), 13);

    assertThat(meter.perSecond()).hasValue(2);
    assertThat(meter.remaining(steps(54))).hasValue(23);
  }

  private static StageProgress steps(long done) {
    return new StageProgress(Stage.CLEAN, done, 100, "steps", "loss 5.2");
  }

  private static RunView view(State state, @Nullable StageProgress progress) {
    boolean ended = state == State.DONE;
    Account account =
        new Account(
            new TreeMap<>(
                Map.of(
                    "web", new Account.Row(1000, 940, new TreeMap<>(Map.of("short", 60L)), 1, 1))));
    StageOutcome outcome =
        new StageOutcome(
            Stage.CLEAN,
            state,
            ended ? 21 : 0,
            null,
            new TreeMap<>(ended ? Map.of("tokens", 1_500_000L) : Map.of()),
            ended ? account : Account.EMPTY,
            "");
    return new RunView(List.of(outcome), progress, 0);
  }
}
