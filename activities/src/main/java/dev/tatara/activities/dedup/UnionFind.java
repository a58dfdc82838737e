package dev.tatara.activities.dedup;

/**
 * Disjoint sets of the numbers 0 to n − 1 in 4·n bytes. The smallest number of a set is its root,
 * so the sets look the same in whatever order they were joined.
 */
final class UnionFind {
  private final int[] parents;

  UnionFind(int size) {
    parents = new int[size];
    for (int i = 0; i < size; i++) {
      parents[i] = i;
    }
  }

  /** The smallest member of the set that the element belongs to. */
  int root(int element) {
    int at = element;
    while (parents[at] != at) {
      parents[at] = parents[parents[at]]; // path halving
      at = parents[at];
    }
    return at;
  }

  /** Makes one set of two. */
  void join(int one, int other) {
    int a = root(one);
    int b = root(other);
    parents[Math.max(a, b)] = Math.min(a, b);
  }
}
