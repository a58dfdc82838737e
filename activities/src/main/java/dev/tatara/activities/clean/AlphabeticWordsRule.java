package dev.tatara.activities.clean;

/** Made of words rather than of numbers (Gopher). */
record AlphabeticWordsRule(double least) implements Rule {
  @Override
  public Verdict judge(Reading reading) {
    return Verdict.atLeast(
        "alphabetic-words", "alphabetic-words", reading.words().alphabeticShare(), least);
  }
}
