package dev.tatara.base.tokenizer;

import static dev.tatara.base.tokenizer.CharacterClass.LETTER;
import static dev.tatara.base.tokenizer.CharacterClass.NUMBER;
import static dev.tatara.base.tokenizer.CharacterClass.OTHER;
import static dev.tatara.base.tokenizer.CharacterClass.SPACE;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts text into pre-tokens, across which nothing is merged. Scanners by hand, equal to the regexes
 * of the reference for every text (a test compares them); every character lands in exactly one
 * pre-token.
 */
public enum PreTokenizer {
  /** Of GPT-2 (openai/gpt-2, encoder.py): what Hugging Face calls ByteLevel with its regex. */
  GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+") {
    @Override
    int end(char[] text, int from, int end) {
      int contraction = contraction(text, from, end, false);
      if (contraction > 0) {
        return from + contraction;
      }
      int start = text[from] == ' ' && from + 1 < end ? from + 1 : from;
      byte kind = kind(text, start, end);
      return kind == SPACE ? space(text, from, end) : run(text, start, end, kind);
    }
  },

  /**
   * Of Llama 3, OLMo 2 and GPT-4: contractions in any case, numbers by three digits, lines kept.
   */
  LLAMA3(modern("\\p{N}{1,3}")) {
    @Override
    int end(char[] text, int from, int end) {
      return modernEnd(text, from, end, 3);
    }
  },

  /** Of Qwen 2 and 3: as Llama 3, but each digit by itself. */
  QWEN2(modern("\\p{N}")) {
    @Override
    int end(char[] text, int from, int end) {
      return modernEnd(text, from, end, 1);
    }
  },

  /** Of SmolLM: each digit by itself, and what lies between digits as GPT-2 cuts it. */
  DIGITS(
      "\\p{N}|'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?[^\\s\\p{L}\\p{N}]+"
          + "|\\s+(?=\\p{N})|\\s+(?!\\S)|\\s+") {
    @Override
    int end(char[] text, int from, int end) {
      if (kind(text, from, end) == NUMBER) {
        return from + width(text, from, end);
      }
      int stop = run(text, from, end, SPACE);
      boolean beforeNumber = stop > from && stop < end && kind(text, stop, end) == NUMBER;
      return beforeNumber ? stop : GPT2.end(text, from, end);
    }
  };

  private final String regex;

  PreTokenizer(String regex) {
    this.regex = regex;
  }

  private static String modern(String numbers) {
    return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
        + numbers
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  private static int modernEnd(char[] text, int from, int end, int mostDigits) {
    int contraction = contraction(text, from, end, true);
    if (contraction > 0) {
      return from + contraction;
    }
    byte kind = kind(text, from, end);
    int next = from + width(text, from, end);
    if (kind == LETTER) {
      return run(text, from, end, LETTER);
    }
    if (kind == NUMBER) {
      return numbers(text, from, end, mostDigits);
    }
    if (!newline(text[from]) && next < end && kind(text, next, end) == LETTER) {
      return run(text, next, end, LETTER);
    }
    if (kind == OTHER) {
      return newlines(text, run(text, from, end, OTHER), end);
    }
    if (text[from] == ' ' && next < end && kind(text, next, end) == OTHER) {
      return newlines(text, run(text, next, end, OTHER), end);
    }
    int line = lastNewline(text, from, run(text, from, end, SPACE));
    return line >= 0 ? line + 1 : space(text, from, end);
  }

  /** The regex in the reference's syntax, as {@code tokenizer.json} holds it. */
  public String regex() {
    return regex;
  }

  /** Where the pre-token that starts at {@code from} ends; {@code from < end}. */
  abstract int end(char[] text, int from, int end);

  /** All pre-tokens of a text, in order; their concatenation is the text. */
  public List<String> split(String text) {
    List<String> pieces = new ArrayList<>();
    char[] chars = text.toCharArray();
    for (int from = 0; from < chars.length; ) {
      int end = end(chars, from, chars.length);
      pieces.add(new String(chars, from, end - from));
      from = end;
    }
    return pieces;
  }

  private static byte kind(char[] text, int at, int end) {
    return CharacterClass.of(Character.codePointAt(text, at, end));
  }

  private static int width(char[] text, int at, int end) {
    return Character.charCount(Character.codePointAt(text, at, end));
  }

  /** End of the run of one class that starts at {@code from}. */
  private static int run(char[] text, int from, int end, byte kind) {
    int at = from;
    while (at < end) {
      int codePoint = text[at];
      if (Character.isSurrogate((char) codePoint)) {
        codePoint = Character.codePointAt(text, at, end);
      }
      if (CharacterClass.of(codePoint) != kind) {
        return at;
      }
      at += Character.charCount(codePoint);
    }
    return at;
  }

  /**
   * {@code \s+(?!\S)|\s+}: all white space at the end of the text; else all but the last character,
   * which goes with what follows; a single one stands alone. White space has no surrogates.
   */
  private static int space(char[] text, int from, int end) {
    int stop = run(text, from, end, SPACE);
    return stop == end || stop - from == 1 ? stop : stop - 1;
  }

  /** {@code \p{N}{1,most}}. */
  private static int numbers(char[] text, int from, int end, int most) {
    int at = from;
    for (int count = 0; count < most && at < end && kind(text, at, end) == NUMBER; count++) {
      at += width(text, at, end);
    }
    return at;
  }

  private static boolean newline(char c) {
    return c == '\n' || c == '\r';
  }

  private static int newlines(char[] text, int from, int end) {
    int at = from;
    while (at < end && newline(text[at])) {
      at++;
    }
    return at;
  }

  private static int lastNewline(char[] text, int from, int end) {
    for (int at = end - 1; at >= from; at--) {
      if (newline(text[at])) {
        return at;
      }
    }
    return -1;
  }

  /** Length of {@code 's 't 're 've 'm 'll 'd} at {@code from}; 0 if there is none. */
  private static int contraction(char[] text, int from, int end, boolean anyCase) {
    if (text[from] != '\'') {
      return 0;
    }
    char first = from + 1 < end ? fold(text[from + 1], anyCase) : 0;
    char second = from + 2 < end ? fold(text[from + 2], anyCase) : 0;
    return switch (first) {
      case 's', 't', 'm', 'd' -> 2;
      case 'r', 'v' -> second == 'e' ? 3 : 0;
      case 'l' -> second == 'l' ? 3 : 0;
      default -> 0;
    };
  }

  /** Lower case; the long s is the one other character that folds to one of these letters. */
  private static char fold(char c, boolean anyCase) {
    if (!anyCase) {
      return c;
    }
    return c == '\u017F' ? 's' : c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }
}
