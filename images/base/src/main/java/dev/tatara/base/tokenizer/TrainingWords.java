package dev.tatara.base.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

/** Counted pre-tokens as token ids, with the count and the places of every pair. */
final class TrainingWords {
  private static final IntList NOWHERE = new IntList(0);

  private final int[] ids;
  private final int[] starts;
  private final int[] lengths;
  private final long[] frequencies;

  private final PairTable pairs = new PairTable(1 << 16);
  private long[] counts = new long[1 << 16];
  // Words that have had the pair; a word may be named twice, or have lost the pair since.
  private IntList[] places = new IntList[1 << 16];
  private int[] grownAt = new int[1 << 16];
  private int merges;

  /**
   * @param idOfByte token of each byte
   */
  TrainingWords(SortedMap<String, Long> words, int[] idOfByte) {
    starts = new int[words.size()];
    lengths = new int[words.size()];
    frequencies = new long[words.size()];
    IntList all = new IntList(words.size() * 8);
    int word = 0;
    for (Map.Entry<String, Long> entry : words.entrySet()) {
      byte[] bytes = entry.getKey().getBytes(StandardCharsets.UTF_8);
      starts[word] = all.size();
      lengths[word] = bytes.length;
      frequencies[word] = entry.getValue();
      for (byte value : bytes) {
        all.add(idOfByte[value & 0xFF]);
      }
      word++;
    }
    ids = all.toArray();
    countPairs();
  }

  private void countPairs() {
    for (int word = 0; word < starts.length; word++) {
      int last = starts[word] + lengths[word] - 1;
      for (int at = starts[word]; at < last; at++) {
        add(ids[at], ids[at + 1], word);
      }
    }
  }

  /** Number of pairs that have been seen; they are numbered from 0. */
  int pairs() {
    return pairs.size();
  }

  int number(long pair) {
    return pairs.find(pair);
  }

  long pair(int number) {
    return pairs.pair(number);
  }

  long count(int number) {
    return counts[number];
  }

  /**
   * Makes {@code merged} of {@code left} and {@code right} everywhere.
   *
   * @param number of the pair
   * @return numbers of the pairs that have become more frequent for a while, each once
   */
  IntList merge(int left, int right, int number, int merged) {
    merges++;
    IntList grown = new IntList(16);
    IntList where = places[number];
    places[number] = NOWHERE;
    for (int i = 0; i < where.size(); i++) {
      mergeIn(where.get(i), left, right, merged, grown);
    }
    return grown;
  }

  private void mergeIn(int word, int left, int right, int merged, IntList grown) {
    int start = starts[word];
    int end = start + lengths[word];
    int to = start;
    for (int at = start; at < end; at++) {
      if (ids[at] != left || at + 1 == end || ids[at + 1] != right) {
        ids[to++] = ids[at];
        continue;
      }
      // What stands before is merged already, what follows is not yet.
      subtract(left, right, word);
      if (to > start) {
        subtract(ids[to - 1], left, word);
        grow(add(ids[to - 1], merged, word), grown);
      }
      if (at + 2 < end) {
        subtract(right, ids[at + 2], word);
        grow(add(merged, ids[at + 2], word), grown);
      }
      ids[to++] = merged;
      at++;
    }
    lengths[word] = to - start;
  }

  private void grow(int pair, IntList grown) {
    if (grownAt[pair] != merges) {
      grownAt[pair] = merges;
      grown.add(pair);
    }
  }

  private void subtract(int left, int right, int word) {
    counts[pairs.find(PairTable.pair(left, right))] -= frequencies[word];
  }

  private int add(int left, int right, int word) {
    int pair = pairs.enter(PairTable.pair(left, right));
    if (pair >= counts.length) {
      counts = Arrays.copyOf(counts, counts.length * 2);
      places = Arrays.copyOf(places, counts.length);
      grownAt = Arrays.copyOf(grownAt, counts.length);
    }
    counts[pair] += frequencies[word];
    if (places[pair] == null || places[pair] == NOWHERE) {
      places[pair] = new IntList(2);
    }
    if (places[pair].lastOrMinusOne() != word) {
      places[pair].add(word);
    }
    return pair;
  }
}
