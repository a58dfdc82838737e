package dev.tatara.config.strict;

/**
 * One thing that the user must change in a document.
 *
 * @param path place, for example {@code spec.collect.sources[0].uri}; empty for the whole document
 * @param line line in the file, from 1; 0 if it has none
 * @param found what is there, beginning with a verb: {@code is 1000}
 * @param rule what should be there: {@code must be a multiple of 256}
 * @param remedy what to type: {@code write 1024}
 */
public record Problem(String path, int line, String found, String rule, String remedy) {
  private static final int LONGEST_TEXT = 60;
  private static final int LONGEST_PART = 400;

  /** The problem as one sentence. */
  public String sentence() {
    String place = path.isEmpty() ? "the document" : visible(path, LONGEST_PART);
    String where = line == 0 ? "" : " (line " + line + ")";
    String text = " " + found + ", but " + rule + "; ";
    return place + where + visible(text, 2 * LONGEST_PART) + visible(remedy, LONGEST_PART);
  }

  /** A text from the document in quotes: cut, and without control characters. */
  static String quoted(String text) {
    return '"' + visible(text, LONGEST_TEXT) + '"';
  }

  private static String visible(String text, int longest) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(longest)
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(shown::appendCodePoint);
    return text.codePointCount(0, text.length()) > longest ? shown + "…" : shown.toString();
  }
}
