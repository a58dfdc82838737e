package dev.tatara.base.tokenizer;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a byte-level BPE tokenizer is: the content of {@code tokenizer.json}.
 *
 * @param vocabulary tokens in byte symbols by id
 * @param merges in the order in which they were learned, which is their priority
 * @param added tokens matched in the text as a whole, by id; they may repeat ids of the vocabulary
 * @param form that text is brought to first
 * @param wholeWords whether a pre-token that is a token itself becomes it even where merges lead
 *     elsewhere ({@code ignore_merges})
 * @param beginOfText id of the token that is put before every text; null if there is none
 */
public record TokenizerModel(
    List<String> vocabulary,
    List<Merge> merges,
    SortedMap<Integer, Added> added,
    PreTokenizer preTokenizer,
    TextForm form,
    boolean wholeWords,
    @Nullable Integer beginOfText) {
  public TokenizerModel {
    vocabulary = List.copyOf(vocabulary);
    merges = List.copyOf(merges);
    added = new TreeMap<>(added);
  }

  /** Two neighbouring tokens in byte symbols, which become one. */
  public record Merge(String left, String right) {}

  /**
   * @param special never part of a text: left out when a decoder is told to skip special tokens
   * @param normalized looked for after the text was brought to its form, and in that form
   */
  public record Added(String content, boolean special, boolean normalized) {}
}
