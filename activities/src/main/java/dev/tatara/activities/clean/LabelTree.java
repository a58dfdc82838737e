package dev.tatara.activities.clean;

import java.util.List;

/**
 * The Huffman tree of hierarchical softmax over the labels' training counts (loss.cc of fastText
 * 0.9.2): leaves first, root last.
 */
final class LabelTree {
  private static final long UNSET = 1_000_000_000_000_000L;

  private final int leaves;
  private final int[] left;
  private final int[] right;

  LabelTree(List<Long> counts) {
    leaves = counts.size();
    int nodes = 2 * leaves - 1;
    left = new int[nodes];
    right = new int[nodes];
    long[] count = new long[nodes];
    for (int i = 0; i < nodes; i++) {
      count[i] = i < leaves ? counts.get(i) : UNSET;
    }
    int leaf = leaves - 1;
    int node = leaves;
    for (int i = leaves; i < nodes; i++) {
      left[i] = leaf >= 0 && count[leaf] < count[node] ? leaf-- : node++;
      right[i] = leaf >= 0 && count[leaf] < count[node] ? leaf-- : node++;
      count[i] = count[left[i]] + count[right[i]];
    }
  }

  /** The most probable leaf. */
  Best best(float[] hidden, float[] output) {
    Search search = new Search(hidden, output);
    search.visit(left.length - 1, 0);
    return new Best(search.bestLeaf, Math.min(1, Math.exp(search.bestScore)));
  }

  /**
   * @param leaf index of the label
   * @param probability of it, 0 to 1
   */
  record Best(int leaf, double probability) {}

  private final class Search {
    private final float[] hidden;
    private final float[] output;
    private int bestLeaf = -1;
    private double bestScore = Double.NEGATIVE_INFINITY;

    Search(float[] hidden, float[] output) {
      this.hidden = hidden;
      this.output = output;
    }

    void visit(int node, double score) {
      if (score < bestScore) {
        return;
      }
      if (node < leaves) {
        bestLeaf = node;
        bestScore = score;
        return;
      }
      double goRight = sigmoid(node - leaves);
      visit(left[node], score + log(1 - goRight));
      visit(right[node], score + log(goRight));
    }

    private double sigmoid(int row) {
      double dot = 0;
      for (int i = 0; i < hidden.length; i++) {
        dot += hidden[i] * output[row * hidden.length + i];
      }
      return 1 / (1 + Math.exp(-dot));
    }
  }

  /** With fastText's guard against the logarithm of zero; probabilities are meant to agree. */
  private static double log(double x) {
    return Math.log(x + 1e-5);
  }
}
