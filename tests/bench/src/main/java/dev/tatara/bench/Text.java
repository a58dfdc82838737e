package dev.tatara.bench;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Characters as tokens, numbered in their order, as nanoGPT prepares its Shakespeare; the first
 * nine tenths are for training. Windows lie where a mixed counter says, the same as in the Python
 * twin.
 */
final class Text {
  private final int[] tokens;
  private final int vocabulary;
  private final int boundary;

  private Text(int[] tokens, int vocabulary) {
    this.tokens = tokens;
    this.vocabulary = vocabulary;
    this.boundary = (int) (tokens.length * 0.9);
  }

  static Text read(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      int[] alphabet = text.chars().distinct().sorted().toArray();
      int[] tokens = text.chars().map(c -> java.util.Arrays.binarySearch(alphabet, c)).toArray();
      return new Text(tokens, alphabet.length);
    } catch (IOException e) {
      throw new InvalidInputException(
          "text is %s, which cannot be read; give a text file".formatted(file), e);
    }
  }

  int vocabulary() {
    return vocabulary;
  }

  /** Copies length + 1 tokens of the window with this index. */
  void copy(long index, int length, boolean validation, long[] target, int at) {
    int first = validation ? boundary : 0;
    int room = (validation ? tokens.length - boundary : boundary) - length - 1;
    int begin = first + (int) Long.remainderUnsigned(mixed(2 * index + (validation ? 1 : 0)), room);
    for (int t = 0; t <= length; t++) {
      target[at + t] = tokens[begin + t];
    }
  }

  /** SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
  static long mixed(long counter) {
    long z = (counter + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
