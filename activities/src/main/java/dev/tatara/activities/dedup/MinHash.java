package dev.tatara.activities.dedup;

import dev.tatara.activities.data.Words;
import java.util.Arrays;

/**
 * MinHash signatures (Broder, "On the resemblance and containment of documents", 1997): the share
 * of equal minima of two documents estimates the Jaccard similarity of their shingle sets.
 * Permutation i maps x to aᵢ·x + bᵢ modulo 2⁶⁴ with odd aᵢ; the parameters come from a fixed seed,
 * so signatures of all runs and machines agree. Thread-safe.
 */
final class MinHash {
  // Part of the format: another seed makes other signatures.
  private static final long SEED = 0x7461746172613031L;
  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private final long[] factors;
  private final long[] offsets;

  MinHash(int permutations) {
    factors = new long[permutations];
    offsets = new long[permutations];
    for (int i = 0; i < permutations; i++) {
      factors[i] = Words.mix(SEED + (2L * i + 1) * GAMMA) | 1;
      offsets[i] = Words.mix(SEED + (2L * i + 2) * GAMMA);
    }
  }

  /** The smallest image of the shingles under each permutation; empty if there are no shingles. */
  long[] signature(long[] shingles) {
    if (shingles.length == 0) {
      return new long[0];
    }
    long[] minima = new long[factors.length];
    Arrays.fill(minima, Long.MAX_VALUE);
    for (long shingle : shingles) {
      for (int i = 0; i < minima.length; i++) {
        long image = factors[i] * shingle + offsets[i];
        // A branch, not Math.min: a new minimum is rare, so it is nearly always predicted.
        if (image < minima[i]) {
          minima[i] = image;
        }
      }
    }
    return minima;
  }

  /** Estimated Jaccard similarity of two documents with signatures of the same length, 0 to 1. */
  static double similarity(long[] one, long[] other) {
    int equal = 0;
    for (int i = 0; i < one.length; i++) {
      if (one[i] == other[i]) {
        equal++;
      }
    }
    return one.length == 0 ? 0 : (double) equal / one.length;
  }

  /** One key per band of a signature; documents with an equal key are candidates. */
  static long[] bandKeys(long[] signature, int bands) {
    if (signature.length == 0) {
      return signature;
    }
    int rows = signature.length / bands;
    long[] keys = new long[bands];
    for (int band = 0; band < bands; band++) {
      long key = 0;
      for (int row = band * rows; row < (band + 1) * rows; row++) {
        key = Words.mix(key + signature[row]);
      }
      keys[band] = key;
    }
    return keys;
  }
}
