package dev.tatara.base.tokenizer;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a byte-level BPE tokenizer is: the content of {@code tokenizer.json}.
 *
 * @param vocabulary tokens in byte symbols by id
 * @param merges in the order in which they were learned, which is their priority
 * @param added tokens matched in the raw text, by id; they may repeat ids of the vocabulary
 * @param nfkc brings text to the Unicode normal form NFKC first
 */
public record TokenizerModel(
    List<String> vocabulary,
    List<Merge> merges,
    SortedMap<Integer, Added> added,
    PreTokenizer preTokenizer,
    boolean nfkc) {
  public TokenizerModel {
    vocabulary = List.copyOf(vocabulary);
    merges = List.copyOf(merges);
    added = new TreeMap<>(added);
  }

  /** Two neighbouring tokens in byte symbols, which become one. */
  public record Merge(String left, String right) {}

  /**
   * @param special never part of a text: left out when a decoder is told to skip special tokens
   */
  public record Added(String content, boolean special) {}
}
