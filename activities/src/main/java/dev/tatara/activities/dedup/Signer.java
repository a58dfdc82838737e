package dev.tatara.activities.dedup;

import dev.tatara.activities.data.Words;
import dev.tatara.base.document.Document;
import dev.tatara.config.run.DedupConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Signs documents. Exact duplicates are equal but for white space (each run of it counts as one
 * space, none at the ends); near duplicates share shingles of {@link Words}. A text with fewer
 * words than a shingle is one shingle.
 */
final class Signer {
  private final DedupConfig.MinHash config;
  private final MinHash minHash;

  Signer(DedupConfig.MinHash config) {
    this.config = config;
    this.minHash = new MinHash(config.bands() * config.rows());
  }

  /** The signature of a document. */
  Signature sign(Document document) {
    String text = document.text();
    ByteBuffer digest = ByteBuffer.wrap(sha256(collapse(text)));
    return new Signature(
        document.id(), text.length(), digest.getLong(), digest.getLong(), minima(text));
  }

  private long[] minima(String text) {
    if (!config.enabled()) {
      return new long[0];
    }
    Words words = Words.of(text);
    return minHash.signature(words.grams(Math.min(config.shingle(), words.count())));
  }

  static String collapse(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean space = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c)) {
        space = true;
        continue;
      }
      if (space && out.length() > 0) {
        out.append(' ');
      }
      space = false;
      out.append(c);
    }
    return out.toString();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
