package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.k8s.Gang;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GracePeriodTest {
  private static final long GB = 1_000_000_000;

  @Test
  void whatSavesNothingAndWhatIsSmallHasTwoMinutes() {
    assertThat(GracePeriod.of(task(0), null)).isEqualTo(Duration.ofMinutes(2));
    assertThat(GracePeriod.of(task(GB / 1000), null)).isEqualTo(Duration.ofMinutes(2));
    assertThat(GracePeriod.of(task(GB / 1000), at(0.1))).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void aLargeCheckpointHasTheTimeToBeWritten() {
    // 30 s, three steps of 20 s, and 10.5 GB at 50 MB/s: 300 s.
    assertThat(GracePeriod.of(task(105 * GB / 10), null)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void theStepsOfTheGangCountOnceTheyAreKnown() {
    // 30 s, three steps of 45 s, and 20 s: 185 s, in halves of a minute.
    assertThat(GracePeriod.of(task(GB), at(45))).isEqualTo(Duration.ofSeconds(210));
    assertThat(GracePeriod.of(task(GB), at(44))).isEqualTo(Duration.ofSeconds(210));
  }

  @Test
  void nobodyWaitsLongerThanAnHour() {
    assertThat(GracePeriod.of(task(1000 * GB), at(600))).isEqualTo(Duration.ofHours(1));
  }

  private static GangTask task(long checkpointBytes) {
    return new GangTask(
        "run",
        Stage.PRETRAIN,
        "pretrain",
        Gang.Image.TRAINER,
        "train",
        "{}",
        8,
        1,
        512,
        "work/pretrain/f00/",
        checkpointBytes);
  }

  private static TaskProgress at(double seconds) {
    StepReport last = new StepReport(7, 2.5, 1, 1e-3, 4096, seconds, new TreeMap<>());
    return new TaskProgress(1, 7, 100, "steps", 900, "training", last, 0);
  }
}
