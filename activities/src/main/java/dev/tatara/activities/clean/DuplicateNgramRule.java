package dev.tatara.activities.clean;

/** Few phrases of n words were there before (Gopher). */
record DuplicateNgramRule(int n, double most) implements Rule {
  @Override
  public Verdict judge(Reading reading) {
    return Verdict.atMost(
        "duplicate-ngram",
        "duplicate-%d-gram".formatted(n),
        new Ngrams(reading, n).duplicateShare(),
        most);
  }
}
