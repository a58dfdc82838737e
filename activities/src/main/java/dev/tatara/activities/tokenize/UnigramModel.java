package dev.tatara.activities.tokenize;

/** Predicts tokens by their frequency alone, add-one smoothed: what any model must beat. */
final class UnigramModel {
  private final long[] counts;
  private long total;

  UnigramModel(int vocabularySize) {
    counts = new long[vocabularySize];
  }

  /** Adds occurrences by token. */
  void learn(long[] frequencies) {
    for (int token = 0; token < frequencies.length; token++) {
      counts[token] += frequencies[token];
      total += frequencies[token];
    }
  }

  /** Information content of the tokens, in bits; the same on every machine. */
  double bits(int[] tokens) {
    double nats = tokens.length * StrictMath.log(total + (double) counts.length);
    for (int token : tokens) {
      nats -= StrictMath.log(counts[token] + 1.0);
    }
    return nats / StrictMath.log(2);
  }
}
