package dev.tatara.evaluator.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tatara.config.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The tokenizer of a tokenizer.json, run by Hugging Face's Rust library: a judge of our own
 * tokenizer as much as of the model. Adds no token by itself, never truncates, never pads.
 */
public final class TextTokenizer implements AutoCloseable {
  private static final Map<String, String> AS_IT_IS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final HuggingFaceTokenizer tokenizer;

  private TextTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Reads a tokenizer.json.
   *
   * @throws InvalidInputException if the library refuses it
   */
  public static TextTokenizer load(byte[] tokenizerJson) {
    try {
      return new TextTokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(tokenizerJson), AS_IT_IS));
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          "tokenizer.json cannot be read (%s); copy it again from where the model came from"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** Tokens of a text; names of special tokens in it become those tokens. */
  public int[] encode(String text) {
    // A lone surrogate is no character: it becomes "?" here, as it would in UTF-8.
    String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    long[] ids = tokenizer.encode(valid, false, false).getIds();
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  /** Text of tokens, special ones left out; broken UTF-8 shows as U+FFFD. */
  public String decode(int[] ids) {
    return tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), true);
  }

  /** The token of this name, if the tokenizer knows it as a single one. */
  public OptionalInt token(String name) {
    int[] ids = encode(name);
    return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
