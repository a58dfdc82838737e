package dev.tatara.activities.clean;

/**
 * Decoded with the right charset: few replacement characters, and few pairs that UTF-8 leaves when
 * it is read as Latin-1.
 */
record MojibakeRule() implements Rule {
  private static final double MOST = 0.005;

  @Override
  public Verdict judge(Reading reading) {
    String text = reading.text();
    int wrong = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair = (c == 'Ã' || c == 'â') && i + 1 < text.length() && isTail(text.charAt(i + 1));
      wrong += c == '\uFFFD' || pair ? 1 : 0;
    }
    return Verdict.atMost(
        "mojibake", "wrong-characters", (double) wrong / Math.max(1, text.length()), MOST);
  }

  /** What the second byte of a UTF-8 pair looks like in Latin-1 or windows-1252. */
  private static boolean isTail(char c) {
    return (c >= '\u0080' && c <= '\u00BF') || c == '€' || c == '‚' || c == '„' || c == '™';
  }
}
