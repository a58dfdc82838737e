package dev.tatara.evaluator.score;

import dev.tatara.evaluator.text.TextTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code bits_per_byte.<language>}: −Σ log₂ p / UTF-8 bytes over the first bytes of held-out
 * documents, each read by itself after the prefix token. Comparable between tokenizers.
 */
public final class BitsPerByte implements Measurement {
  private final String language;
  private final List<ScoredSequence> sequences = new ArrayList<>();
  private long documents;
  private long bytes;
  private long tokens;

  /**
   * @param texts held-out documents
   * @param limit bytes to score; the last document is cut at a code point
   * @param prefix token that stands before each document
   */
  public BitsPerByte(
      String language,
      Iterable<String> texts,
      long limit,
      TextTokenizer tokenizer,
      int prefix,
      int maxPositions) {
    this.language = language;
    for (String text : texts) {
      String head = head(text, limit - bytes);
      if (head.isEmpty()) {
        continue;
      }
      int[] ids = tokenizer.encodePlain(head);
      sequences.addAll(RollingWindows.of(ids, prefix, maxPositions));
      documents++;
      tokens += ids.length;
      bytes += head.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  /** The longest beginning of whole code points with at most {@code limit} UTF-8 bytes. */
  static String head(String text, long limit) {
    long size = 0;
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      size += utf8Bytes(codePoint);
      if (size > limit) {
        break;
      }
      at += Character.charCount(codePoint);
    }
    return text.substring(0, at);
  }

  private static int utf8Bytes(int codePoint) {
    if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      return 1; // a lone surrogate is written as "?"
    }
    return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }

  @Override
  public List<ScoredSequence> sequences() {
    return sequences;
  }

  @Override
  public void report(List<float[]> scores, Results results) {
    results.count("documents." + language, documents);
    results.count("bytes." + language, bytes);
    results.count("tokens." + language, tokens);
    if (bytes > 0) {
      double logLikelihood = scores.stream().mapToDouble(Results::sum).sum();
      results.metric("bits_per_byte." + language, -logLikelihood / (bytes * Math.log(2)));
    }
  }
}
