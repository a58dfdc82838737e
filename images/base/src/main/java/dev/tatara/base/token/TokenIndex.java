package dev.tatara.base.token;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tokenize} made: {@code tokens.json} of its artifact. Beside it lie {@code
 * tokenizer.json}, {@code tokenizer_config.json} and the objects named here.
 *
 * @param vocabularySize tokens of the tokenizer
 * @param beginOfText id of the token that begins every document; null if none does
 * @param endOfText id of the token that ends every document, as {@code <|endoftext|>} does
 * @param languages training tokens and held-out text by language
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TokenIndex(
    int vocabularySize,
    @Nullable Integer beginOfText,
    int endOfText,
    SortedMap<String, Language> languages) {
  public static final String NAME = "tokens.json";

  public TokenIndex {
    languages = new TreeMap<>(languages);
  }

  /** Documents without a token that begins them. */
  public TokenIndex(int vocabularySize, int endOfText, SortedMap<String, Language> languages) {
    this(vocabularySize, null, endOfText, languages);
  }

  /** The token that stands before the text of a document: its own first, or the end of another. */
  public int beforeText() {
    return beginOfText == null ? endOfText : beginOfText;
  }

  /**
   * @param parts training tokens in order; a language's stream is their concatenation
   * @param tokens training tokens in all
   * @param documents training documents
   * @param bytes UTF-8 bytes of their text
   * @param validation object with the held-out documents ({@code validation/<language>.jsonl.zst},
   *     records of type Document)
   * @param validationBytes UTF-8 bytes of the held-out text
   * @param validationTokens tokens of the held-out text
   * @param unigramBitsPerByte of the held-out text under the token frequencies of the training text
   *     (add-one smoothed): what a model must beat; 0 if nothing is held out, which happens only to
   *     a language with a single document
   * @param heldOut tokens of the held-out documents, each with its end, for the loss during
   *     training; null in artifacts from before they were packed
   */
  public record Language(
      List<Part> parts,
      long tokens,
      long documents,
      long bytes,
      String validation,
      long validationBytes,
      long validationTokens,
      double unigramBitsPerByte,
      @Nullable Part heldOut) {
    /** Held-out text without packed tokens. */
    public Language(
        List<Part> parts,
        long tokens,
        long documents,
        long bytes,
        String validation,
        long validationBytes,
        long validationTokens,
        double unigramBitsPerByte) {
      this(
          parts,
          tokens,
          documents,
          bytes,
          validation,
          validationBytes,
          validationTokens,
          unigramBitsPerByte,
          null);
    }
  }

  /**
   * One object of packed tokens: little-endian unsigned 16-bit ({@code vocabularySize} ≤ 65,536) or
   * 32-bit integers.
   *
   * @param name object in the artifact, {@code train/<language>/<shard>.bin}
   * @param boundaries object with the offset of the first token of each document, in tokens from
   *     the start of the part: little-endian 64-bit
   * @param source of the run document; empty where many are brought together
   */
  public record Part(String name, String boundaries, long tokens, String source) {}

  /** Bytes of one token. */
  public int bytesPerToken() {
    return vocabularySize <= 65_536 ? 2 : 4;
  }
}
