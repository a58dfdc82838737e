package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.k8s.PodStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the exit codes of a gang say of why it failed. */
final class VerdictTest {
  private static PodStatus pod(int rank, int code) {
    return new PodStatus(rank, "pretrain-" + rank, "node", code, "");
  }

  @ParameterizedTest
  @CsvSource({
    "64, USER",
    "65, DATA",
    "66, DIVERGENCE",
    "70, INFRASTRUCTURE",
    "75, PREEMPTED",
    "76, ORCHESTRATOR",
    "137, INFRASTRUCTURE",
    "143, PREEMPTED",
  })
  void exitCodeHasItsClass(int code, FailureClass failureClass) {
    assertThat(Verdict.of(List.of(pod(0, code), pod(1, ExitCode.DONE))))
        .map(Verdict::failureClass)
        .contains(failureClass);
  }

  @Test
  void rankThatWasKilledIsToBlameBeforeThoseThatLostIt() {
    assertThat(Verdict.of(List.of(pod(0, ExitCode.INFRASTRUCTURE), pod(1, 137))))
        .map(verdict -> verdict.culprit().rank())
        .contains(1);
  }
}
