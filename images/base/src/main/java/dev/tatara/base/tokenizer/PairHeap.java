package dev.tatara.base.tokenizer;

import java.util.Arrays;

/** Pairs by count: the highest first, on a tie the smallest pair. */
final class PairHeap {
  private long[] counts = new long[1 << 10];
  private long[] pairs = new long[1 << 10];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  long topCount() {
    return counts[0];
  }

  long topPair() {
    return pairs[0];
  }

  void push(long count, long pair) {
    if (size == counts.length) {
      counts = Arrays.copyOf(counts, size * 2);
      pairs = Arrays.copyOf(pairs, size * 2);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!before(count, pair, parent)) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    counts[at] = count;
    pairs[at] = pair;
  }

  /** Removes the first pair. */
  void pop() {
    size--;
    long count = counts[size];
    long pair = pairs[size];
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && before(counts[child + 1], pairs[child + 1], child)) {
        child++;
      }
      if (before(count, pair, child)) {
        break;
      }
      move(child, at);
      at = child;
    }
    counts[at] = count;
    pairs[at] = pair;
  }

  private boolean before(long count, long pair, int other) {
    return count > counts[other] || (count == counts[other] && pair < pairs[other]);
  }

  private void move(int from, int to) {
    counts[to] = counts[from];
    pairs[to] = pairs[from];
  }
}
