package dev.tatara.activities.extract;

/**
 * Text as a browser would flow it: runs of white space become one space, or nothing where the
 * source breaks a line within Chinese or Japanese.
 */
final class Inline {
  private final StringBuilder text = new StringBuilder();
  private boolean space;
  private boolean lineBreak;
  private int characters;
  private int linked;

  void append(String source, boolean inLink) {
    for (int i = 0; i < source.length(); i++) {
      char c = source.charAt(i);
      if (isSpace(c)) {
        space = true;
        lineBreak |= c == '\n';
      } else {
        separate(c);
        text.append(c);
        characters++;
        linked += inLink ? 1 : 0;
      }
    }
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\u00A0';
  }

  private void separate(char next) {
    if (space && !text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
      boolean joined = lineBreak && isUnspaced(text.charAt(text.length() - 1)) && isUnspaced(next);
      if (!joined) {
        text.append(' ');
      }
    }
    space = false;
    lineBreak = false;
  }

  /** Kana, Han, and the punctuation and full-width forms that go with them; not Hangul. */
  private static boolean isUnspaced(char c) {
    return (c >= '\u2E80' && c <= '\u312F')
        || (c >= '\u31A0' && c <= '\u9FFF')
        || (c >= '\uF900' && c <= '\uFAFF')
        || (c >= '\uFF00' && c <= '\uFFEF');
  }

  /** A line end that the page asks for. */
  void breakLine() {
    if (!text.isEmpty()) {
      text.append('\n');
    }
    space = false;
    lineBreak = false;
  }

  /** What follows stands apart, as cells of a table do. */
  void separator(String mark) {
    space = false;
    text.append(mark);
  }

  boolean isBlank() {
    return characters == 0;
  }

  int characters() {
    return characters;
  }

  int linked() {
    return linked;
  }

  /** The text so far, without white space around it; starts anew. */
  String take() {
    String taken = text.toString().strip();
    text.setLength(0);
    space = false;
    lineBreak = false;
    characters = 0;
    linked = 0;
    return taken;
  }
}
