package dev.tatara.activities.clean;

/** No phrase of n words takes up much of the text (Gopher). */
record TopNgramRule(int n, double most) implements Rule {
  @Override
  public Verdict judge(Reading reading) {
    return Verdict.atMost(
        "top-ngram", "top-%d-gram".formatted(n), new Ngrams(reading, n).topShare(), most);
  }
}
