package dev.tatara.trainer.order;

/**
 * A keyed permutation of 0 … n−1 that is computed, not stored: a Feistel network over the next
 * power of four, walked until it lands inside (Black and Rogaway, "Ciphers with Arbitrary Finite
 * Domains", 2002).
 */
final class Permutation {
  private static final int ROUNDS = 6;

  private final long size;
  private final long key;
  private final int halfBits;

  Permutation(long size, long key) {
    if (size < 1) {
      throw new IllegalArgumentException("a permutation of " + size + " elements");
    }
    this.size = size;
    this.key = key;
    int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, size - 1));
    this.halfBits = (bits + 1) / 2;
  }

  /** Where an index goes. */
  long apply(long index) {
    long value = index;
    do {
      value = encrypt(value);
    } while (value >= size);
    return value;
  }

  private long encrypt(long value) {
    long mask = (1L << halfBits) - 1;
    long left = value >>> halfBits;
    long right = value & mask;
    for (int round = 0; round < ROUNDS; round++) {
      long next = left ^ (mix(right + mix(key + round)) & mask);
      left = right;
      right = next;
    }
    return (left << halfBits) | right;
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014). */
  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
