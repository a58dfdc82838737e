package dev.tatara.base.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Encodes plain text and remembers the words it has met. Not thread-safe. */
final class TextEncoder {
  /** Longer words hardly ever come twice. */
  private static final int LONGEST_REMEMBERED = 32;

  /** Bounds the memory to some tens of megabytes. */
  private static final int MOST_REMEMBERED = 1 << 18;

  private final PreTokenizer preTokenizer;
  private final WordEncoder words;
  private WordTable known = new WordTable();
  private int[] starts = new int[1 << 10];
  private final IntList remembered = new IntList(1 << 12);
  private final IntList fresh = new IntList(64);

  TextEncoder(PreTokenizer preTokenizer, WordEncoder words) {
    this.preTokenizer = preTokenizer;
    this.words = words;
  }

  /** Appends the tokens of a text. */
  void encode(char[] text, IntList out) {
    for (int from = 0; from < text.length; ) {
      int end = preTokenizer.end(text, from, text.length);
      if (end - from > LONGEST_REMEMBERED) {
        words.encode(bytes(text, from, end), out);
      } else {
        encodeWord(text, from, end, out);
      }
      from = end;
    }
  }

  private void encodeWord(char[] text, int from, int end, IntList out) {
    int before = known.size();
    int word = known.enter(text, from, end);
    if (word == before) {
      remember(bytes(text, from, end));
    }
    out.addAll(remembered, starts[word], starts[word + 1] - starts[word]);
    if (known.size() == MOST_REMEMBERED) {
      known = new WordTable();
      remembered.clear();
    }
  }

  private void remember(byte[] word) {
    fresh.clear();
    words.encode(word, fresh);
    if (known.size() == starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
    }
    remembered.addAll(fresh, 0, fresh.size());
    starts[known.size()] = remembered.size();
  }

  private static byte[] bytes(char[] text, int from, int end) {
    return new String(text, from, end - from).getBytes(StandardCharsets.UTF_8);
  }
}
