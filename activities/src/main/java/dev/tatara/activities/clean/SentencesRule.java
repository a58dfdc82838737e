package dev.tatara.activities.clean;

/** Has whole sentences (C4), by their end marks; a point within a number or name is none. */
record SentencesRule(int least) implements Rule {
  @Override
  public Verdict judge(Reading reading) {
    String text = reading.text();
    int ends = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean wide = c == '。' || c == '！' || c == '？' || c == '．';
      boolean narrow = (c == '.' || c == '!' || c == '?' || c == '।' || c == '؟') && stops(text, i);
      ends += wide || narrow ? 1 : 0;
    }
    return Verdict.atLeast("few-sentences", "sentences", ends, least);
  }

  private static boolean stops(String text, int mark) {
    if (mark == 0
        || !(Character.isLetterOrDigit(text.charAt(mark - 1)) || isClosing(text, mark - 1))) {
      return false;
    }
    int next = mark + 1;
    while (next < text.length() && isClosing(text, next)) {
      next++;
    }
    return next == text.length() || Character.isWhitespace(text.charAt(next));
  }

  private static boolean isClosing(String text, int index) {
    return "\"')]»”’」』）".indexOf(text.charAt(index)) >= 0;
  }
}
