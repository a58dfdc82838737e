package dev.tatara.evaluator.score;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RollingWindowsTest {
  private static final int PREFIX = -1;

  @Test
  void scoresEveryTokenOnceWithAllTheContextThatFits() {
    int[] tokens = IntStream.range(0, 10).toArray();
    List<String> windows =
        RollingWindows.of(tokens, PREFIX, 4).stream().map(RollingWindowsTest::shown).toList();
    assertThat(windows).containsExactly("-1|0 1 2 3", "3|4 5 6 7", "5 6 7|8 9");
  }

  @Test
  void coversTextsOfAnyLength() {
    for (int length = 0; length < 40; length++) {
      List<Integer> scored = new ArrayList<>();
      for (ScoredSequence window : RollingWindows.of(IntStream.range(0, length).toArray(), -1, 7)) {
        assertThat(window.read()).isLessThanOrEqualTo(7);
        IntStream.range(window.from(), window.ids().length)
            .forEach(i -> scored.add(window.ids()[i]));
      }
      assertThat(scored).isEqualTo(IntStream.range(0, length).boxed().toList());
    }
  }

  private static String shown(ScoredSequence window) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < window.ids().length; i++) {
      text.append(i == 0 ? "" : i == window.from() ? "|" : " ").append(window.ids()[i]);
    }
    return text.toString();
  }
}
