package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.k8s.PodStatus;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SilentNodesTest {
  private static final String NOT_READY = "its node gpu-7 is not ready (NodeStatusUnknown)";

  private long seconds;
  private final SilentNodes nodes = new SilentNodes(() -> TimeUnit.SECONDS.toNanos(seconds));

  @Test
  void aRankOfWhichNeitherNodeNorBeatIsHeardIsGone() {
    assertThat(gone(unreachable(NOT_READY), 5)).isEmpty();
    seconds = 15;
    assertThat(gone(unreachable(NOT_READY), 5)).isEmpty();
    seconds = 21;
    List<Verdict> gone = gone(unreachable(NOT_READY), 5);

    assertThat(gone).hasSize(1);
    assertThat(gone.get(0).failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(gone.get(0).culprit().pod()).isEqualTo("gang-1-abcde");
    assertThat(gone.get(0).evidence())
        .isEqualTo(NOT_READY + ", and it has given no sign of life for more than 21 s");
  }

  @Test
  void withoutTheRightToReadNodesItsNameIsTold() {
    gone(unreachable(""), 5);
    seconds = 21;

    assertThat(gone(unreachable(""), 5).get(0).evidence())
        .startsWith("its node gpu-7 does not answer for it, and it has");
  }

  @Test
  void aRankThatBeatsWhileItsKubeletIsAwayIsLeftAlone() {
    for (seconds = 0; seconds < 600; seconds += 10) {
      assertThat(gone(unreachable(NOT_READY), seconds)).isEmpty();
    }
  }

  @Test
  void aSilentRankOnANodeThatAnswersIsNoMatterOfItsNode() {
    for (seconds = 0; seconds < 600; seconds += 10) {
      assertThat(gone(pod("", false), 5)).isEmpty();
    }
  }

  @Test
  void timeWithoutAStoreDoesNotCount() {
    gone(unreachable(NOT_READY), 5);
    seconds = 60;
    nodes.forget();

    assertThat(gone(unreachable(NOT_READY), 5)).isEmpty();
  }

  private List<Verdict> gone(PodStatus pod, long beatAt) {
    PodStatus other = new PodStatus(0, "gang-0-fghij", "gpu-1", null, "");
    return nodes.gone(List.of(other, pod), () -> List.of(beat(0, seconds), beat(1, beatAt)));
  }

  private static Heartbeat beat(int rank, long at) {
    return new Heartbeat(rank, 1, 7, "training", at, 0.1);
  }

  private static PodStatus unreachable(String evidence) {
    return pod(evidence, true);
  }

  private static PodStatus pod(String evidence, boolean unreachable) {
    return new PodStatus(1, "gang-1-abcde", "gpu-7", null, evidence, false, unreachable, "");
  }
}
