package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.k8s.Gang;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private final Patience patience =
      new Patience(
          new GangTask(
              "run",
              Stage.PRETRAIN,
              "pretrain",
              Gang.Image.TRAINER,
              "train",
              "{}",
              1000,
              1,
              64,
              "work/",
              0),
          GangPolicy.DEFAULT);

  @Test
  void aRankThatFailsAgainAndAgainIsGivenUp() {
    for (int times = 1; times < 5; times++) {
      fails(3, FailureClass.INFRASTRUCTURE, null);
    }

    assertThatThrownBy(() -> fails(3, FailureClass.INFRASTRUCTURE, null))
        .isInstanceOf(GangFailedException.class)
        .hasMessageContaining("failed 5 times in a row without coming further (infrastructure)");
  }

  @Test
  void aHangIsGivenUpSooner() {
    fails(3, FailureClass.HANG, null);
    fails(3, FailureClass.HANG, null);

    assertThatThrownBy(() -> fails(3, FailureClass.HANG, null))
        .isInstanceOf(GangFailedException.class);
  }

  @Test
  void manyRanksThatFailOneAfterAnotherAreOneFailure() {
    for (int rank = 0; rank < 100; rank++) {
      fails(rank, FailureClass.INFRASTRUCTURE, null);
    }
    for (int times = 2; times < 5; times++) {
      fails(7, FailureClass.INFRASTRUCTURE, null);
    }

    assertThatThrownBy(() -> fails(7, FailureClass.INFRASTRUCTURE, null))
        .isInstanceOf(GangFailedException.class);
  }

  @Test
  void aNewStepMakesPatientAgainAndWhoIsAskedToGoHasNotFailed() {
    for (int step = 1; step < 50; step++) {
      fails(3, FailureClass.INFRASTRUCTURE, at(step));
    }
    for (int times = 0; times < 50; times++) {
      fails(3, FailureClass.PREEMPTED, at(50));
    }
  }

  private static TaskProgress at(int step) {
    return new TaskProgress(1, step, 100, "steps", 1, "training", null, 0);
  }

  private void fails(int rank, FailureClass why, @Nullable TaskProgress progress) {
    LedgerEntry entry =
        new LedgerEntry(
            "2026-01-01T00:00:00Z", Stage.PRETRAIN, rank, "pod", "node", why, "it", 1, 1, 1, -1);
    patience.failed(Verdict.of(entry), progress, 1);
  }
}
