package dev.tatara.activities.dedup;

/**
 * What the search keeps in memory of every document: about 210 bytes at 14 bands.
 *
 * @see Signature
 */
final class Sketch {
  final int length;
  final long digestHigh;
  final long digestLow;

  /** One key per band; empty without minima. */
  final long[] bands;

  Sketch(Signature signature, int bandCount) {
    length = signature.length;
    digestHigh = signature.digestHigh;
    digestLow = signature.digestLow;
    bands = MinHash.bandKeys(signature.minima, bandCount);
  }

  boolean sameText(Sketch other) {
    return digestHigh == other.digestHigh && digestLow == other.digestLow;
  }
}
