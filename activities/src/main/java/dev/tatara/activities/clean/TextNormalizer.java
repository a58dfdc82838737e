package dev.tatara.activities.clean;

import java.text.Normalizer;

/**
 * One way of writing the same text: NFC, {@code \n} as line end, no control or invisible
 * characters, ordinary spaces, no white space at line ends, at most one blank line. Indentation and
 * the ideographic space stay: in code and in Japanese they carry meaning.
 */
final class TextNormalizer {
  private TextNormalizer() {}

  static String normalize(String text) {
    String composed =
        Normalizer.isNormalized(text, Normalizer.Form.NFC)
            ? text
            : Normalizer.normalize(text, Normalizer.Form.NFC);
    return tidy(plain(composed));
  }

  private static StringBuilder plain(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r'
          || c == '\u2028'
          || c == '\u2029'
          || c == '\u0085'
          || c == '\f'
          || c == '\u000B') {
        boolean followed = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
        out.append(followed ? "" : "\n");
      } else if (isSpace(c)) {
        out.append(' ');
      } else if (Character.isSurrogate(c)) {
        i += surrogate(text, i, out);
      } else if (!isInvisible(c)) {
        out.append(c);
      }
    }
    return out;
  }

  /** Appends a pair, or a replacement for half of one; returns the extra characters taken. */
  private static int surrogate(String text, int index, StringBuilder out) {
    int codePoint = text.codePointAt(index);
    boolean pair = Character.isSupplementaryCodePoint(codePoint);
    out.appendCodePoint(pair ? codePoint : 0xFFFD);
    return pair ? 1 : 0;
  }

  private static boolean isSpace(char c) {
    return c == '\u00A0'
        || c == '\u1680'
        || c == '\u202F'
        || c == '\u205F'
        || (c >= '\u2000' && c <= '\u200A');
  }

  /** Joiners stay: Persian and emoji need them. */
  private static boolean isInvisible(char c) {
    return (c < ' ' && c != '\n' && c != '\t')
        || (c >= '\u007F' && c <= '\u009F')
        || c == '\u00AD'
        || c == '\u200B'
        || c == '\u200E'
        || c == '\u200F'
        || (c >= '\u202A' && c <= '\u202E')
        || (c >= '\u2060' && c <= '\u2069')
        || c == '\uFEFF'
        || (c >= '\uFFF9' && c <= '\uFFFC')
        || c >= '\uFFFE';
  }

  private static String tidy(StringBuilder text) {
    StringBuilder out = new StringBuilder(text.length());
    int lineEnds = 0;
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf("\n", start);
      end = end < 0 ? text.length() : end;
      int last = end;
      while (last > start && Character.isWhitespace(text.charAt(last - 1))) {
        last--;
      }
      if (last > start) {
        out.append("\n".repeat(out.isEmpty() ? 0 : Math.min(2, lineEnds)));
        out.append(text, start, last);
        lineEnds = 0;
      }
      lineEnds++;
      start = end + 1;
    }
    return out.toString();
  }
}
