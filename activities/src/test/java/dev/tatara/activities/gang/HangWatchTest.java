package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TaskProgress;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is taken for a hang, and what is only slow; by a clock that the test turns. */
final class HangWatchTest {
  private static final GangPolicy POLICY = GangPolicy.DEFAULT;

  private Duration now = Duration.ZERO;
  private final HangWatch watch = new HangWatch(POLICY, () -> now.toNanos());

  private void says(Duration after, int done, String phase) {
    now = now.plus(after);
    StepReport last = new StepReport(done, 3, 1, 1e-3, 2048, 0.5, new TreeMap<>());
    watch.looked(new TaskProgress(1, done, 100, "steps", 4000, phase, last, 0));
  }

  @Test
  void trainingWithoutAStepIsAHangAfterTwentyStepsOrTheShorterPatience() {
    says(Duration.ZERO, 7, "training");
    says(POLICY.stalled(), 7, "training");
    assertThat(watch.hangs()).isFalse();
    says(Duration.ofSeconds(1), 7, "training");
    assertThat(watch.hangs()).isTrue();
  }

  @Test
  void longValidationThatGoesOnIsNoHangAndNeitherIsTheStepBehindIt() {
    says(Duration.ZERO, 7, "training");
    for (int batch = 0; batch < 40; batch++) {
      says(Duration.ofMinutes(1), 7, "validating %d/40".formatted(batch));
      assertThat(watch.hangs()).as("batch %d", batch).isFalse();
    }
    says(Duration.ofMinutes(1), 7, "training");
    assertThat(watch.hangs()).as("the word of the step is not there yet").isFalse();
    says(POLICY.stalled(), 7, "training");
    assertThat(watch.hangs()).isFalse();
    says(Duration.ofSeconds(1), 7, "training");
    assertThat(watch.hangs()).isTrue();
  }

  @Test
  void validationThatStandsStillIsAHang() {
    says(Duration.ZERO, 7, "validating 3/40");
    says(POLICY.hang(), 7, "validating 3/40");
    assertThat(watch.hangs()).isFalse();
    says(Duration.ofSeconds(1), 7, "validating 3/40");
    assertThat(watch.hangs()).isTrue();
  }
}
