package dev.tatara.activities.clean;

import java.util.Arrays;

/**
 * The words of a text: runs between white space that have a letter or digit, without the
 * punctuation around them, and each Han or kana character by itself. Symbols alone are no words, so
 * that tables and code are not taken for noise.
 */
final class Words {
  /** Japanese words have about two characters on average. */
  private static final int CHARACTERS_PER_WORD = 2;

  private final String text;
  private int[] starts = new int[256];
  private int[] ends = new int[256];
  private int size;
  private int unspaced;
  private int alphabetic;
  private long spacedCharacters;
  private long characters;

  Words(String text) {
    this.text = text;
    int start = -1;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      boolean alone = Script.isUnspaced(c);
      if (alone || Character.isWhitespace(c) || isUnspacedPunctuation(c)) {
        addRun(start, i);
        start = -1;
        if (alone) {
          add(i, next);
          unspaced++;
          alphabetic++;
        }
      } else if (start < 0) {
        start = i;
      }
      i = next;
    }
    addRun(start, text.length());
  }

  /** CJK symbols and full-width forms separate as a space does. */
  private static boolean isUnspacedPunctuation(int c) {
    return (c >= 0x3000 && c <= 0x303F)
        || (c >= 0xFF00 && c <= 0xFF65 && !Character.isLetterOrDigit(c));
  }

  private void addRun(int from, int to) {
    if (from < 0) {
      return;
    }
    int start = from;
    int end = to;
    while (start < end && !Character.isLetterOrDigit(text.charAt(start)) && !isHigh(start)) {
      start++;
    }
    while (end > start && !Character.isLetterOrDigit(text.charAt(end - 1)) && !isLow(end - 1)) {
      end--;
    }
    if (start == end) {
      return;
    }
    add(start, end);
    spacedCharacters += text.codePointCount(start, end);
    for (int i = start; i < end; i++) {
      if (Character.isLetter(text.charAt(i)) || isHigh(i)) {
        alphabetic++;
        break;
      }
    }
  }

  private boolean isHigh(int index) {
    return Character.isHighSurrogate(text.charAt(index));
  }

  private boolean isLow(int index) {
    return Character.isLowSurrogate(text.charAt(index));
  }

  private void add(int start, int end) {
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    starts[size] = start;
    ends[size++] = end;
    characters += end - start;
  }

  /** Units: spaced words and single characters. */
  int size() {
    return size;
  }

  /** Length in words, two unspaced characters being one. */
  double count() {
    return size - unspaced + (double) unspaced / CHARACTERS_PER_WORD;
  }

  /** Whether most of the text is Chinese or Japanese. */
  boolean isUnspaced() {
    return unspaced > CHARACTERS_PER_WORD * (size - unspaced);
  }

  /** Units that make up what n words are in a spaced script. */
  int unitsOf(int words) {
    return isUnspaced() ? words * CHARACTERS_PER_WORD : words;
  }

  int unspacedCharacters() {
    return unspaced;
  }

  /** Share of units with a letter. */
  double alphabeticShare() {
    return size == 0 ? 0 : (double) alphabetic / size;
  }

  /** Mean length of spaced words in characters; 0 if there are none. */
  double meanSpacedLength() {
    return size == unspaced ? 0 : (double) spacedCharacters / (size - unspaced);
  }

  /** Characters in all units. */
  long characters() {
    return characters;
  }

  int length(int unit) {
    return ends[unit] - starts[unit];
  }

  String word(int unit) {
    return text.substring(starts[unit], ends[unit]);
  }

  /** A 64-bit hash (FNV-1a); equal for equal words on any machine. */
  long hash(int unit) {
    long hash = 0xCBF29CE484222325L;
    for (int i = starts[unit]; i < ends[unit]; i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
    }
    return hash;
  }
}
