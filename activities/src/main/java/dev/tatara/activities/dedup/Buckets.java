package dev.tatara.activities.dedup;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/**
 * Groups documents with an equal key, by sorting: 8 bytes per document and no hash table. The sort
 * looks at the upper half of the keys only; whoever takes a bucket verifies its members anyway.
 */
final class Buckets {
  private static final long UPPER = 0xffffffff00000000L;

  private Buckets() {}

  /**
   * Hands over each group of at least two documents, members ascending, groups in the order of
   * their keys.
   *
   * @param documents number of documents
   * @param takesPart which of them have a key
   */
  static void each(
      int documents, IntPredicate takesPart, IntToLongFunction key, Consumer<int[]> bucket) {
    long[] order = new long[documents];
    int size = 0;
    for (int i = 0; i < documents; i++) {
      if (takesPart.test(i)) {
        order[size++] = (key.applyAsLong(i) & UPPER) | i;
      }
    }
    Arrays.sort(order, 0, size);
    int start = 0;
    for (int end = 1; end <= size; end++) {
      if (end == size || (order[end] & UPPER) != (order[start] & UPPER)) {
        if (end - start > 1) {
          bucket.accept(members(order, start, end));
        }
        start = end;
      }
    }
  }

  private static int[] members(long[] order, int start, int end) {
    int[] members = new int[end - start];
    for (int i = 0; i < members.length; i++) {
      members[i] = (int) order[start + i];
    }
    return members;
  }
}
