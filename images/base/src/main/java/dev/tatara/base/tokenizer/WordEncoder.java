package dev.tatara.base.tokenizer;

import java.util.Arrays;
import java.util.Map;
import java.util.PriorityQueue;

/** Merges the bytes of one pre-token into tokens. Not thread-safe: it keeps its buffers. */
final class WordEncoder {
  /** Up to here a scan for the best pair is faster than a queue. */
  private static final int SHORT = 128;

  private final MergeRules rules;
  private final int[] idOfByte;
  private final Map<String, Integer> wholeWords;
  private int[] ids = new int[SHORT];
  private int[] ranks = new int[SHORT];

  /**
   * @param wholeWords ids of words, in byte symbols, that are tokens whatever the merges say
   */
  WordEncoder(MergeRules rules, int[] idOfByte, Map<String, Integer> wholeWords) {
    this.rules = rules;
    this.idOfByte = idOfByte;
    this.wholeWords = wholeWords;
  }

  /** Appends the tokens of a word; always the leftmost pair with the smallest rank is merged. */
  void encode(byte[] word, IntList out) {
    Integer whole = wholeWords.isEmpty() ? null : wholeWords.get(ByteSymbols.of(word));
    if (whole != null) {
      out.add(whole);
      return;
    }
    load(word);
    out.addAll(ids, 0, word.length <= SHORT ? mergeByScan(word.length) : mergeByQueue(word.length));
  }

  /** The same for words of any length. */
  void encodeByQueue(byte[] word, IntList out) {
    load(word);
    out.addAll(ids, 0, mergeByQueue(word.length));
  }

  private void load(byte[] word) {
    if (word.length > ids.length) {
      ids = new int[word.length];
      ranks = new int[word.length];
    }
    for (int at = 0; at < word.length; at++) {
      ids[at] = idOfByte[word[at] & 0xFF];
    }
  }

  private int mergeByScan(int bytes) {
    int length = bytes;
    for (int at = 0; at + 1 < length; at++) {
      ranks[at] = rules.rank(ids[at], ids[at + 1]);
    }
    while (length > 1) {
      int best = 0;
      for (int at = 1; at + 1 < length; at++) {
        if (ranks[at] < ranks[best]) {
          best = at;
        }
      }
      if (ranks[best] == MergeRules.NONE) {
        break;
      }
      ids[best] = rules.result(ranks[best]);
      length--;
      System.arraycopy(ids, best + 2, ids, best + 1, length - best - 1);
      System.arraycopy(ranks, best + 1, ranks, best, length - best);
      if (best > 0) {
        ranks[best - 1] = rules.rank(ids[best - 1], ids[best]);
      }
      if (best + 1 < length) {
        ranks[best] = rules.rank(ids[best], ids[best + 1]);
      }
    }
    return length;
  }

  /** The same by a queue of (rank, position) over a linked list, so that length costs little. */
  private int mergeByQueue(int bytes) {
    int[] next = new int[bytes];
    int[] previous = new int[bytes];
    PriorityQueue<Long> queue = new PriorityQueue<>(bytes);
    for (int at = 0; at < bytes; at++) {
      next[at] = at + 1;
      previous[at] = at - 1;
    }
    Arrays.fill(ranks, 0, bytes, MergeRules.NONE);
    for (int at = 0; at + 1 < bytes; at++) {
      offer(at, next, queue);
    }
    for (Long entry = queue.poll(); entry != null; entry = queue.poll()) {
      int rank = (int) (entry >>> 32);
      int at = entry.intValue();
      if (ranks[at] != rank) {
        continue; // one of the two was merged since
      }
      int gone = next[at];
      ids[at] = rules.result(rank);
      ranks[gone] = MergeRules.NONE;
      next[at] = next[gone];
      if (next[at] < bytes) {
        previous[next[at]] = at;
      }
      offer(at, next, queue);
      if (previous[at] >= 0) {
        offer(previous[at], next, queue);
      }
    }
    int length = 0;
    for (int at = 0; at < bytes; at = next[at]) {
      ids[length++] = ids[at];
    }
    return length;
  }

  private void offer(int at, int[] next, PriorityQueue<Long> queue) {
    ranks[at] = next[at] < next.length ? rules.rank(ids[at], ids[next[at]]) : MergeRules.NONE;
    if (ranks[at] != MergeRules.NONE) {
      queue.add(((long) ranks[at] << 32) | at);
    }
  }
}
