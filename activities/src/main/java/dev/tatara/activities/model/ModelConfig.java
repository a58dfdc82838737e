package dev.tatara.activities.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.run.ModelShape;
import dev.tatara.config.run.ModelShape.Architecture;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a plan needs of a {@code config.json}; the trainer reads and checks all of it.
 *
 * @param headSize width of one head, which need not be {@link ModelShape#headSize}
 * @param vocabularySize rows of the embedding, at least as many as the tokenizer has tokens
 * @param endOfText id of the token that ends a text, if the file says
 */
public record ModelConfig(
    ModelShape shape, int headSize, int vocabularySize, @Nullable Integer endOfText) {
  private static final int WIDEST = 1 << 17;
  private static final int MOST_HEADS = 1_024;
  private static final int DEEPEST = 1_000;
  private static final int LARGEST_VOCABULARY = 1 << 24;

  /**
   * Reads it as hostile input.
   *
   * @param where named in errors
   * @throws InvalidInputException if a value is missing or out of bounds
   */
  static ModelConfig read(byte[] json, String where) {
    JsonNode root = tree(json, where);
    Architecture architecture = architecture(root, where);
    int hidden = whole(root, "hidden_size", null, WIDEST, where);
    int heads = whole(root, "num_attention_heads", null, MOST_HEADS, where);
    int keyValueHeads = whole(root, "num_key_value_heads", heads, MOST_HEADS, where);
    // The configuration class of Qwen3 has a width of its own where the file has none.
    int usual = architecture == Architecture.QWEN3 ? 128 : Math.max(1, hidden / heads);
    if (hidden % heads != 0 || heads % keyValueHeads != 0) {
      throw new InvalidInputException(
          "%s has hidden_size %d with %d heads and %d key-value heads; expected multiples of each other. Download or export the model again"
              .formatted(where, hidden, heads, keyValueHeads));
    }
    ModelShape shape =
        new ModelShape(
            hidden,
            whole(root, "num_hidden_layers", null, DEEPEST, where),
            heads,
            keyValueHeads,
            whole(root, "intermediate_size", null, WIDEST * 16, where),
            root.path("tie_word_embeddings").asBoolean(false),
            architecture);
    JsonNode end = root.path("eos_token_id");
    JsonNode first = end.isArray() ? end.path(0) : end;
    return new ModelConfig(
        shape,
        whole(root, "head_dim", usual, WIDEST, where),
        whole(root, "vocab_size", null, LARGEST_VOCABULARY, where),
        first.isInt() ? first.intValue() : null);
  }

  /** About as many as the model has: all, if its heads are as wide as usual. */
  long parameters() {
    return shape.parameters(vocabularySize);
  }

  /** Bytes as a JSON object. */
  static JsonNode tree(byte[] json, String where) {
    JsonNode root;
    try {
      root = Json.tree(json);
    } catch (UncheckedIOException e) {
      throw new InvalidInputException(
          "%s is no JSON (%s). Download or export the model again"
              .formatted(where, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
    if (!root.isObject()) {
      throw new InvalidInputException(
          "%s is no JSON object. Download or export the model again".formatted(where));
    }
    return root;
  }

  private static Architecture architecture(JsonNode root, String where) {
    String type = root.path("model_type").asText("");
    Optional<Architecture> known =
        Arrays.stream(Architecture.values())
            .filter(architecture -> architecture.name().toLowerCase(Locale.ROOT).equals(type))
            .findFirst();
    return known.orElseThrow(
        () ->
            new InvalidInputException(
                "%s: model_type is \"%s\"; expected llama, qwen3 or olmo2, the families that can be trained. Name another model in pretrain.from"
                    .formatted(where, type)));
  }

  private static int whole(
      JsonNode root, String key, @Nullable Integer absent, int largest, String where) {
    JsonNode node = root.path(key);
    if ((node.isMissingNode() || node.isNull()) && absent != null) {
      return absent;
    }
    if (!node.isInt() || node.intValue() < 1 || node.intValue() > largest) {
      throw new InvalidInputException(
          "%s: %s is %s; expected a whole number from 1 to %d. Download or export the model again"
              .formatted(where, key, node.isMissingNode() ? "missing" : node, largest));
    }
    return node.intValue();
  }
}
