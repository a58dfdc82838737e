package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.run.CheckpointConfig;
import org.junit.jupiter.api.Test;

/** When checkpoints are due. */
final class CheckpointClockTest {
  private static final double STEP_SECONDS = 0.5;

  private static CheckpointClock measured(int ranks, int failures, double stall, double slowdown) {
    CheckpointClock clock = new CheckpointClock(CheckpointConfig.DEFAULT, ranks, failures, 0);
    for (int i = 0; i < 30; i++) {
      clock.step(STEP_SECONDS, false);
    }
    clock.saved(30, stall);
    clock.step(STEP_SECONDS + slowdown, true);
    return clock;
  }

  @Test
  void fixedIntervalIsKeptAndSoIsEachCheckpointForGood() {
    CheckpointClock clock = new CheckpointClock(new CheckpointConfig(10, 2, 15), 2, 0, 0);
    assertThat(clock.due(10, 0)).isTrue();
    assertThat(clock.due(11, 0)).isFalse();
    assertThat(clock.due(15, 0)).isTrue();
    assertThat(clock.due(20, 0)).isTrue();
  }

  @Test
  void intervalIsThatOfYoungWithWhatWasMeasured() {
    CheckpointClock clock = measured(8, 0, 0.2, 0.3);
    double between = CheckpointClock.PRIOR_SECONDS / 8 + 31 * STEP_SECONDS;
    assertThat(clock.meanTimeBetweenFailures(31 * STEP_SECONDS)).isCloseTo(between, within(1e-6));
    double seconds = Math.sqrt(2 * 0.5 * between);
    assertThat(clock.interval(31, 1)).isEqualTo((int) Math.ceil(seconds / STEP_SECONDS));
    assertThat(clock.due(31, 1)).isFalse();
    assertThat(clock.due(30 + 2 * clock.interval(31, 1), 1)).isTrue();
  }

  @Test
  void failuresShortenItButNeitherBelowAWriteNorBelowAHundredStalls() {
    assertThat(measured(8, 20, 0.2, 0.3).interval(31, 1))
        .isLessThan(measured(8, 0, 0.2, 0.3).interval(31, 1));
    assertThat(measured(8, 1_000_000_000, 0.2, 0).interval(31, 1))
        .isEqualTo((int) (100 * 0.2 / STEP_SECONDS));
    assertThat(measured(8, 1_000_000_000, 0.001, 0).interval(31, 60))
        .isEqualTo((int) (60 / STEP_SECONDS));
  }

  @Test
  void firstCheckpointComesSoonSinceItMeasuresTheCost() {
    CheckpointClock clock = new CheckpointClock(CheckpointConfig.DEFAULT, 1, 0, 0);
    for (int i = 0; i < 9; i++) {
      clock.step(STEP_SECONDS, false);
    }
    assertThat(clock.due(9, 0)).isFalse();
    assertThat(clock.due(10, 0)).isTrue();
  }
}
