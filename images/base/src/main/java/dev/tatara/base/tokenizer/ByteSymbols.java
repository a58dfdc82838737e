package dev.tatara.base.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The printable stand-ins of the 256 bytes: {@code bytes_to_unicode} of GPT-2 (openai/gpt-2,
 * encoder.py). Printable Latin-1 stands for itself, the other bytes for U+0100 onwards.
 */
final class ByteSymbols {
  private static final int BYTES = 256;
  private static final int FIRST_STAND_IN = 0x100;
  private static final char[] OF_BYTE = new char[BYTES];
  private static final int[] BYTE_OF = new int[FIRST_STAND_IN + BYTES];

  static {
    Arrays.fill(BYTE_OF, -1);
    int standIns = 0;
    for (int value = 0; value < BYTES; value++) {
      OF_BYTE[value] = (char) (printable(value) ? value : FIRST_STAND_IN + standIns++);
      BYTE_OF[OF_BYTE[value]] = value;
    }
  }

  private ByteSymbols() {}

  private static boolean printable(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }

  /** The symbol of a byte given as 0 to 255. */
  static char of(int value) {
    return OF_BYTE[value];
  }

  /** The symbols of bytes. */
  static String of(byte[] bytes) {
    char[] symbols = new char[bytes.length];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = of(bytes[i] & 0xFF);
    }
    return new String(symbols);
  }

  /** All symbols in code-point order: the initial alphabet of a vocabulary. */
  static List<String> alphabet() {
    return IntStream.range(0, BYTES)
        .map(value -> OF_BYTE[value])
        .sorted()
        .mapToObj(Character::toString)
        .toList();
  }

  /**
   * The bytes that a token stands for. A token with any other character, such as an added one in
   * plain text, stands for its own UTF-8, as in the reference decoder.
   */
  static byte[] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char symbol = token.charAt(i);
      if (symbol >= BYTE_OF.length || BYTE_OF[symbol] < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTE_OF[symbol];
    }
    return bytes;
  }
}
