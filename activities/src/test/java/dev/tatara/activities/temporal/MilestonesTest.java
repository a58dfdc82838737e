package dev.tatara.activities.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.TaskProgress;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MilestonesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Milestones milestones = new Milestones();

  @Test
  void aLongTrainingHasAtMostAHundred() {
    int told = 0;
    for (int step = 0; step <= 20_000; step++) {
      told += milestones.isOne(at(step, 20_000), START.plusSeconds(60L * step)) ? 1 : 0;
    }

    assertThat(told).isEqualTo(100);
  }

  @Test
  void aShortTrainingHasOneInHalfAMinute() {
    int told = 0;
    for (int second = 0; second < 240; second++) {
      told += milestones.isOne(at(second, 240), START.plusSeconds(second)) ? 1 : 0;
    }

    assertThat(told).isEqualTo(8);
  }

  @Test
  void whatIsDoneAgainAfterAFailureIsNone() {
    assertThat(milestones.isOne(at(50, 100), START)).isTrue();

    assertThat(milestones.isOne(at(40, 100), START.plusSeconds(60))).isFalse();
    assertThat(milestones.isOne(at(50, 100), START.plusSeconds(120))).isFalse();
    assertThat(milestones.isOne(at(51, 100), START.plusSeconds(180))).isTrue();
  }

  @Test
  void workWithoutStepsHasNone() {
    TaskProgress items = new TaskProgress(1, 5, 10, "items", 1, "judging", null, 0);

    assertThat(milestones.isOne(items, START)).isFalse();
  }

  private static TaskProgress at(long done, long total) {
    return new TaskProgress(1, done, total, "steps", 1, "training", null, 0);
  }
}
