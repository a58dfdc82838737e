package dev.tatara.evaluator.score;

import java.util.Arrays;

/**
 * A sequence whose last tokens are scored.
 *
 * @param ids tokens; the last one is predicted only, so one more than the model reads
 * @param from index of the first token to score, at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // tokens in bulk; never compared
public record ScoredSequence(int[] ids, int from) {

  /** Tokens that are scored. */
  public int scored() {
    return ids.length - from;
  }

  /** Tokens that the model reads. */
  int read() {
    return ids.length - 1;
  }

  /** Cut from the left to what the model reads, as lm-eval does; scored tokens stay. */
  ScoredSequence truncatedTo(int maxPositions) {
    int cut = Math.max(0, read() - maxPositions);
    return cut == 0
        ? this
        : new ScoredSequence(Arrays.copyOfRange(ids, cut, ids.length), from - cut);
  }
}
