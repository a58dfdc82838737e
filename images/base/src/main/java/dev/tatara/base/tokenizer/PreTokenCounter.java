package dev.tatara.base.tokenizer;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts the pre-tokens of texts: all that BPE training needs to know. Not thread-safe. */
public final class PreTokenCounter {
  private final PreTokenizer preTokenizer;
  private final TextForm form;
  private final WordTable words = new WordTable();
  private long[] counts = new long[1 << 10];

  public PreTokenCounter(PreTokenizer preTokenizer, TextForm form) {
    this.preTokenizer = preTokenizer;
    this.form = form;
  }

  /** Counts a text; special tokens in it are text like any other. */
  public void add(String text) {
    char[] chars = form.of(BrokenText.wellFormed(text)).toCharArray();
    for (int from = 0; from < chars.length; ) {
      int end = preTokenizer.end(chars, from, chars.length);
      int word = words.enter(chars, from, end);
      if (word == counts.length) {
        counts = Arrays.copyOf(counts, word * 2);
      }
      counts[word]++;
      from = end;
    }
  }

  /** Occurrences by pre-token. */
  public SortedMap<String, Long> counts() {
    SortedMap<String, Long> sorted = new TreeMap<>();
    for (int word = 0; word < words.size(); word++) {
      sorted.put(words.word(word), counts[word]);
    }
    return sorted;
  }
}
