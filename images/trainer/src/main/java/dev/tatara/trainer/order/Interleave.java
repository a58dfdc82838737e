package dev.tatara.trainer.order;

/**
 * Mixes streams by weight, as evenly as can be: item j of a stream with weight w stands at time (2j
 * + 1) / 2w, and items follow in order of time. Exact, and any place can be computed by itself.
 */
final class Interleave {
  /** Weights are whole numbers that add up to about this, so that products fit 64 bits. */
  static final long SCALE = 1 << 20;

  private final long[] weights;

  /** An item of the mixture: {@code item} of {@code stream}, counted from 0. */
  record Pick(int stream, long item) {}

  /**
   * @param shares relative weights; 0 leaves a stream out
   */
  Interleave(double[] shares) {
    double total = 0;
    for (double share : shares) {
      total += share;
    }
    weights = new long[shares.length];
    for (int s = 0; s < shares.length; s++) {
      long weight = Math.round(shares[s] / total * SCALE);
      weights[s] = shares[s] > 0 ? Math.max(1, weight) : 0;
    }
  }

  /** The item at a place. */
  Pick at(long place) {
    for (int stream = 0; stream < weights.length; stream++) {
      long item = count(stream, place);
      if (weights[stream] > 0 && place(stream, item) == place) {
        return new Pick(stream, item);
      }
    }
    throw new IllegalStateException("no stream has place " + place);
  }

  /** How many of the first {@code places} items come from a stream. */
  long count(int stream, long places) {
    if (weights[stream] == 0) {
      return 0;
    }
    long low = 0;
    long high = places;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (place(stream, middle) < places) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The place of an item: how many items of all streams come before it. */
  private long place(int stream, long item) {
    long before = item;
    for (int other = 0; other < weights.length; other++) {
      if (other != stream && weights[other] > 0) {
        before += earlier(other, stream, item);
      }
    }
    return before;
  }

  /** Items k of {@code other} with (2k+1)/2w' before (2j+1)/2w; the lower number wins a tie. */
  private long earlier(int other, int stream, long item) {
    long left = Math.multiplyExact(2 * item + 1, weights[other]);
    long bound = left / weights[stream];
    boolean exact = left % weights[stream] == 0;
    // 2k+1 < bound, or ≤ where the tie goes to the other stream or the bound was rounded down.
    boolean inclusive = !exact || other < stream;
    return inclusive ? (bound + 1) / 2 : bound / 2;
  }
}
