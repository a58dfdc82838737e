package dev.tatara.evaluator.generate;

import dev.tatara.evaluator.text.TextTokenizer;
import java.util.Arrays;

/**
 * Text of tokens as they come, never half a character: a token may end within one, so text that
 * ends in U+FFFD waits for the tokens after it.
 */
final class TextStream {
  /** A character has at most 4 bytes, each at most one token: what waits longer is broken. */
  private static final int LONGEST_WAIT = 4;

  private final TextTokenizer tokenizer;
  private int[] ids = new int[16];
  private int size;
  private int contextStart;
  private int shown;

  TextStream(TextTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Text that this token completes; empty while a character is not complete. */
  String add(int id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
    }
    ids[size++] = id;
    return next(size - shown > LONGEST_WAIT);
  }

  /** What still waits. */
  String end() {
    return next(true);
  }

  private String next(boolean even) {
    // Decoded with the piece before it: some decoders treat the start of a text differently.
    String before = text(contextStart, shown);
    String after = text(contextStart, size);
    if (after.length() <= before.length() || (!even && after.endsWith("\uFFFD"))) {
      return "";
    }
    contextStart = shown;
    shown = size;
    return after.substring(before.length());
  }

  private String text(int from, int to) {
    return from == to ? "" : tokenizer.decode(Arrays.copyOfRange(ids, from, to));
  }
}
