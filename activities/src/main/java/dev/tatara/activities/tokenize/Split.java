package dev.tatara.activities.tokenize;

import dev.tatara.base.document.Document;
import dev.tatara.config.Json;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Decides which documents are held out for validation: by a hash of digest and seed, so that
 * neither order nor number of shards matters.
 *
 * @param seed of the run
 * @param fraction share of the documents that is held out
 * @param chosen ids of documents that are held out although chance did not choose them, so that no
 *     language is without any
 */
record Split(long seed, double fraction, SortedSet<String> chosen) {
  private static final double ALL = 0x1p64;

  Split {
    chosen = new TreeSet<>(chosen);
  }

  Split(long seed, double fraction) {
    this(seed, fraction, new TreeSet<>());
  }

  boolean heldOut(Document document) {
    return byChance(document.digest()) || chosen.contains(document.id());
  }

  private boolean byChance(String digest) {
    long first = Long.parseUnsignedLong(rank(digest).substring(0, 16), 16);
    // Unsigned to double: half of it, doubled.
    return (first >>> 1) * 2.0 < fraction * ALL;
  }

  /** A number in hex that chance gives to a digest; those with the smallest are held out. */
  String rank(String digest) {
    return Json.digest(digest + ":" + seed);
  }

  static String language(Document document) {
    String language = document.language();
    return language == null ? "und" : language;
  }
}
