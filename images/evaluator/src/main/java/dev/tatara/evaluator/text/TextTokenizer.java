package dev.tatara.evaluator.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a tokenizer.json, run by Hugging Face's Rust library: a judge of our own
 * tokenizer as much as of the model. Adds no token by itself, never truncates, never pads.
 */
public final class TextTokenizer implements AutoCloseable {
  private static final Map<String, String> AS_IT_IS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final byte[] json;
  private final HuggingFaceTokenizer tokenizer;
  private @Nullable HuggingFaceTokenizer plain;

  private TextTokenizer(byte[] json) throws IOException {
    this.json = json;
    tokenizer = library(json);
  }

  private static HuggingFaceTokenizer library(byte[] json) throws IOException {
    return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), AS_IT_IS);
  }

  /**
   * Reads a tokenizer.json.
   *
   * @throws InvalidInputException if the library refuses it
   */
  public static TextTokenizer load(byte[] tokenizerJson) {
    try {
      return new TextTokenizer(tokenizerJson);
    } catch (IOException | RuntimeException e) {
      throw new InvalidInputException(
          "tokenizer.json cannot be read (%s); copy it again from where the model came from"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** Tokens of a text; names of special tokens in it become those tokens. */
  public int[] encode(String text) {
    return encode(tokenizer, text);
  }

  /** Tokens of a text of others, as training reads it: names of special tokens in it are text. */
  public int[] encodePlain(String text) {
    return encode(plain(), text);
  }

  private synchronized HuggingFaceTokenizer plain() {
    if (plain == null) {
      try {
        plain = library(withoutSpecialTokens(json));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return plain;
  }

  /**
   * DJL does not hand on the switch that tells the library not to look for them. Those of the
   * vocabulary are left out; the others are renamed to what is no character, for the library
   * numbers tokens anew.
   */
  private static byte[] withoutSpecialTokens(byte[] json) {
    JsonNode root = Json.tree(json);
    JsonNode vocabulary = root.path("model").path("vocab");
    if (root.path("added_tokens") instanceof ArrayNode added) {
      for (int i = added.size() - 1; i >= 0; i--) {
        if (!added.get(i).path("special").asBoolean()) {
          continue;
        }
        if (vocabulary.has(added.get(i).path("content").asText())) {
          added.remove(i);
        } else if (added.get(i) instanceof ObjectNode token) {
          token.put("content", "\uFDD0" + i + "\uFDD1");
        }
      }
    }
    return Json.bytes(root);
  }

  private static int[] encode(HuggingFaceTokenizer tokenizer, String text) {
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
  public synchronized void close() {
    tokenizer.close();
    if (plain != null) {
      plain.close();
      plain = null;
    }
  }
}
