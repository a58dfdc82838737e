package dev.tatara.activities.dedup;

/**
 * What is known of one document when duplicates are looked for. The arrays are not to be changed.
 */
final class Signature {
  /** Id of the document. */
  final String id;

  /** Characters of its text; the longest of a cluster is kept. */
  final int length;

  /** First half of the digest of its text, white space aside. */
  final long digestHigh;

  /** Second half. */
  final long digestLow;

  /** One minimum per permutation; empty if the text has no words or MinHash is off. */
  final long[] minima;

  Signature(String id, int length, long digestHigh, long digestLow, long[] minima) {
    this.id = id;
    this.length = length;
    this.digestHigh = digestHigh;
    this.digestLow = digestLow;
    this.minima = minima;
  }
}
