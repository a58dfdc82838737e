package dev.tatara.evaluator.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A text of any length as windows in which every token is scored exactly once: {@code
 * loglikelihood_rolling} of lm-evaluation-harness (get_rolling_token_windows with context 1, then
 * make_disjoint_window).
 */
public final class RollingWindows {
  private RollingWindows() {}

  /**
   * The first window predicts from the prefix; each further one predicts new tokens with all the
   * context that fits.
   *
   * @param prefix token that stands before the text
   * @param maxPositions tokens that the model reads at once
   */
  public static List<ScoredSequence> of(int[] tokens, int prefix, int maxPositions) {
    List<ScoredSequence> windows = new ArrayList<>();
    if (tokens.length == 0) {
      return windows;
    }
    int first = Math.min(maxPositions, tokens.length);
    int[] ids = new int[first + 1];
    ids[0] = prefix;
    System.arraycopy(tokens, 0, ids, 1, first);
    windows.add(new ScoredSequence(ids, 1));
    int predicted = first;
    while (predicted < tokens.length) {
      int count = Math.min(maxPositions, tokens.length - predicted);
      int end = predicted + count;
      int[] window = Arrays.copyOfRange(tokens, end - maxPositions - 1, end);
      windows.add(new ScoredSequence(window, window.length - count));
      predicted = end;
    }
    return windows;
  }
}
