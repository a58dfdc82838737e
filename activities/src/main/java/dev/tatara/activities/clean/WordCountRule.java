package dev.tatara.activities.clean;

/** Neither too short nor too long (Gopher). */
record WordCountRule(int least, int most) implements Rule {
  @Override
  public Verdict judge(Reading reading) {
    double words = reading.words().count();
    return words < least
        ? Verdict.atLeast("too-short", "words", words, least)
        : Verdict.atMost("too-long", "words", words, most);
  }
}
