package dev.tatara.activities.clean;

/** Words of usual length (Gopher); says nothing about scripts without spaces. */
record MeanWordLengthRule(double shortest, double longest) implements Rule {
  private static final String NAME = "mean-word-length";

  @Override
  public Verdict judge(Reading reading) {
    double mean = reading.words().meanSpacedLength();
    if (reading.words().isUnspaced()) {
      return new Verdict.Keep(NAME, mean);
    }
    return mean < shortest
        ? Verdict.atLeast(NAME, NAME, mean, shortest)
        : Verdict.atMost(NAME, NAME, mean, longest);
  }
}
