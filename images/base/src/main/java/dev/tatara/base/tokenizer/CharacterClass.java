package dev.tatara.base.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Letters, numbers and white space of Unicode 16.0, which the reference regex engine (Oniguruma in
 * Hugging Face tokenizers 0.21) knows. The table is pinned: each JDK has another Unicode version,
 * and a text must give the same tokens on all of them.
 */
final class CharacterClass {
  static final byte OTHER = 0;
  static final byte LETTER = 1;
  static final byte NUMBER = 2;
  static final byte SPACE = 3;

  private static final String TABLE = "unicode-16.0.txt";
  private static final byte[] CLASSES = load();

  private CharacterClass() {}

  /** The class of a code point; a lone surrogate is {@link #OTHER}. */
  static byte of(int codePoint) {
    return CLASSES[codePoint];
  }

  private static byte[] load() {
    byte[] classes = new byte[Character.MAX_CODE_POINT + 1];
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(CharacterClass.class.getResourceAsStream(TABLE)),
                StandardCharsets.UTF_8))) {
      lines.lines().filter(line -> !line.startsWith("#")).forEach(line -> fill(classes, line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return classes;
  }

  private static void fill(byte[] classes, String line) {
    byte value =
        switch (line.charAt(0)) {
          case 'L' -> LETTER;
          case 'N' -> NUMBER;
          default -> SPACE;
        };
    int gap = line.indexOf(' ', 2);
    int first = Integer.parseInt(line.substring(2, gap), 16);
    int last = Integer.parseInt(line.substring(gap + 1), 16);
    Arrays.fill(classes, first, last + 1, value);
  }
}
