package dev.tatara.activities.clean;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The words, labels and hashed character n-grams of a fastText model, and the rows of its input
 * matrix that a text touches (dictionary.cc of fastText 0.9.2, arXiv 1607.01759).
 */
final class FastTextDictionary {
  private static final String LABEL_PREFIX = "__label__";
  private static final String END_OF_SENTENCE = "</s>";
  private static final byte WORD = 0;

  private final Map<String, Integer> wordRows = new HashMap<>();
  private final List<String> labels = new ArrayList<>();
  private final List<Long> labelCounts = new ArrayList<>();
  private final int words;
  private final int buckets;
  private final int minN;
  private final int maxN;

  /** Row of each hash bucket, or -1 where pruning removed it; empty when nothing was pruned. */
  private final int[] keptBuckets;

  /**
   * @param buckets hash buckets for n-grams
   * @param minN shortest n-gram in code points
   * @param maxN longest n-gram in code points
   */
  FastTextDictionary(LittleEndian in, int buckets, int minN, int maxN) throws IOException {
    this.buckets = buckets;
    this.minN = minN;
    this.maxN = maxN;
    int size = in.int32();
    words = in.int32();
    in.int32(); // labels: counted below
    in.int64(); // tokens seen in training
    long pruned = in.int64();
    for (int i = 0; i < size; i++) {
      String entry = in.string();
      long count = in.int64();
      if (in.int8() == WORD) {
        wordRows.put(entry, i);
      } else {
        labels.add(entry.substring(LABEL_PREFIX.length()));
        labelCounts.add(count);
      }
    }
    keptBuckets = new int[pruned < 0 ? 0 : buckets];
    Arrays.fill(keptBuckets, -1);
    for (long i = 0; i < pruned; i++) {
      int bucket = in.int32();
      keptBuckets[bucket] = in.int32();
    }
  }

  List<String> labels() {
    return labels;
  }

  List<Long> labelCounts() {
    return labelCounts;
  }

  /** Hands over the rows of each word and its n-grams, and of the end of the sentence. */
  void rows(byte[] utf8, RowConsumer consumer) {
    int start = 0;
    for (int i = 0; i <= utf8.length; i++) {
      if (i == utf8.length || isSpace(utf8[i])) {
        if (i > start) {
          wordRows(utf8, start, i, consumer);
        }
        start = i + 1;
      }
    }
    Integer end = wordRows.get(END_OF_SENTENCE);
    if (end != null) {
      consumer.row(end);
    }
  }

  /** fastText's own six, which are not all that Unicode knows. */
  private static boolean isSpace(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r') || b == 0;
  }

  private void wordRows(byte[] text, int from, int to, RowConsumer consumer) {
    String word = new String(text, from, to - from, StandardCharsets.UTF_8);
    Integer row = wordRows.get(word);
    if (word.equals(END_OF_SENTENCE) || (row == null && word.startsWith(LABEL_PREFIX))) {
      return;
    }
    if (row != null) {
      consumer.row(row);
    }
    if (maxN > 0) {
      byte[] marked = new byte[to - from + 2];
      marked[0] = '<';
      System.arraycopy(text, from, marked, 1, to - from);
      marked[marked.length - 1] = '>';
      ngramRows(marked, consumer);
    }
  }

  private void ngramRows(byte[] word, RowConsumer consumer) {
    for (int i = 0; i < word.length; i++) {
      if (continues(word[i])) {
        continue;
      }
      int hash = FNV_OFFSET;
      int j = i;
      for (int n = 1; j < word.length && n <= maxN; n++) {
        do {
          hash = fnv1a(hash, word[j++]);
        } while (j < word.length && continues(word[j]));
        boolean markAlone = n == 1 && (i == 0 || j == word.length);
        if (n >= minN && !markAlone) {
          bucketRow(Integer.remainderUnsigned(hash, buckets), consumer);
        }
      }
    }
  }

  private void bucketRow(int bucket, RowConsumer consumer) {
    int index = keptBuckets.length == 0 ? bucket : keptBuckets[bucket];
    if (index >= 0) {
      consumer.row(words + index);
    }
  }

  private static boolean continues(byte b) {
    return (b & 0xC0) == 0x80;
  }

  private static final int FNV_OFFSET = 0x811C9DC5;
  private static final int FNV_PRIME = 16777619;

  /** FNV-1a, but with the byte sign-extended: a slip in fastText that its models are built on. */
  private static int fnv1a(int hash, byte next) {
    return (hash ^ next) * FNV_PRIME;
  }

  /** Takes a row number of the input matrix. */
  @FunctionalInterface
  interface RowConsumer {
    void row(int row);
  }
}
