package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * What each token may look at, as numbers to add to the attention scores: 0 or minus infinity, [1,
 * 1, tokens, seen].
 */
final class CausalMask {
  private CausalMask() {}

  /** Every token sees itself and those before it. */
  static NDArray plain(int tokens, int seen, NDManager manager) {
    float[] mask = new float[Math.multiplyExact(tokens, seen)];
    int before = seen - tokens;
    for (int row = 0; row < tokens; row++) {
      int first = row * seen + before + row + 1;
      Arrays.fill(mask, first, (row + 1) * seen, Float.NEGATIVE_INFINITY);
    }
    return manager.create(mask, new Shape(1, 1, tokens, seen));
  }
}
