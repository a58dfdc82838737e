package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * How documents that say the same are found.
 *
 * @param exact drops documents whose normalised text is equal
 * @param minhash drops near duplicates
 */
public record DedupConfig(Boolean exact, MinHash minhash) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final DedupConfig DEFAULT = new DedupConfig(null, null);

  public DedupConfig {
    exact = exact == null || exact;
    minhash = minhash == null ? MinHash.DEFAULT : minhash;
  }

  /**
   * MinHash with banding (Broder 1997; thresholds as in FineWeb, arXiv 2406.17557).
   *
   * @param enabled finds near duplicates at all
   * @param threshold Jaccard similarity above which a pair counts as duplicate, checked on the
   *     signatures of every candidate pair
   * @param shingle words (characters in Japanese and Chinese) per shingle
   * @param bands groups of hashes that are compared as a whole
   * @param rows hashes per band
   */
  public record MinHash(
      Boolean enabled,
      @Range(above = 0, max = 1) Double threshold,
      @Range(min = 1) Integer shingle,
      @Range(min = 1, max = 1000) Integer bands,
      @Range(min = 1, max = 1000) Integer rows) {
    @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
    public static final MinHash DEFAULT = new MinHash(null, null, null, null, null);

    public MinHash {
      enabled = enabled == null || enabled;
      threshold = threshold == null ? 0.8 : threshold;
      shingle = shingle == null ? 5 : shingle;
      bands = bands == null ? 14 : bands;
      rows = rows == null ? 8 : rows;
    }
  }
}
