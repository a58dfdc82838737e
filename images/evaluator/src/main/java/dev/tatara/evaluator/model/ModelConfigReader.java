package dev.tatara.evaluator.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads config.json of Hugging Face transformers, with its names and defaults, and refuses what
 * would silently be computed otherwise here.
 */
final class ModelConfigReader {
  private static final int LARGEST = 1 << 24;
  private static final int MOST_LAYERS = 1024;

  private final JsonNode json;
  private final String file;

  ModelConfigReader(JsonNode json, String file) {
    this.json = json;
    this.file = file;
  }

  ModelConfig read() {
    ModelFamily family = ModelFamily.ofWord(json.path("model_type").asText(), file);
    refuse("hidden_act", "silu");
    refuse("attention_bias", "false");
    refuse("mlp_bias", "false");
    refuse("use_sliding_window", "false");
    int hidden = number("hidden_size", null, LARGEST);
    int heads = number("num_attention_heads", null, LARGEST);
    int keyValueHeads = number("num_key_value_heads", heads, LARGEST);
    int headSize = number("head_dim", Math.max(1, hidden / heads), LARGEST);
    require(heads % keyValueHeads == 0, "num_attention_heads", "a multiple of num_key_value_heads");
    require(headSize % 2 == 0, "head_dim", "even");
    // transformers 5 moved rope_theta and rope_scaling into rope_parameters.
    JsonNode rope = json.path("rope_parameters");
    return new ModelConfig(
        family,
        number("vocab_size", null, LARGEST),
        hidden,
        number("intermediate_size", null, LARGEST),
        number("num_hidden_layers", null, MOST_LAYERS),
        heads,
        keyValueHeads,
        headSize,
        (float) positive(json, "rms_norm_eps", family == ModelFamily.OLMO2 ? 1e-5 : 1e-6),
        positive(rope.isObject() ? rope : json, "rope_theta", 10_000),
        scaling(rope.isObject() ? rope : json.path("rope_scaling")),
        json.path("tie_word_embeddings").asBoolean(false),
        number("max_position_embeddings", 2048, LARGEST),
        json.path("bos_token_id").isInt() ? json.path("bos_token_id").asInt() : null,
        tokens(json.path("eos_token_id")));
  }

  private @Nullable RopeScaling scaling(JsonNode node) {
    String type = node.path("rope_type").asText(node.path("type").asText("default"));
    if (!node.isObject() || type.equals("default")) {
      return null;
    }
    if (!type.equals("llama3")) {
      throw new InvalidInputException(
          "%s: rope_type is \"%s\"; default and llama3 can be run".formatted(file, type));
    }
    return new RopeScaling(
        positive(node, "factor", Double.NaN),
        positive(node, "low_freq_factor", Double.NaN),
        positive(node, "high_freq_factor", Double.NaN),
        (int) positive(node, "original_max_position_embeddings", Double.NaN));
  }

  private int number(String name, @Nullable Integer fallback, int largest) {
    JsonNode node = json.path(name);
    if ((node.isMissingNode() || node.isNull()) && fallback != null) {
      return fallback;
    }
    require(
        node.isInt() && node.asInt() > 0 && node.asInt() <= largest,
        name,
        "a whole number from 1 to " + largest);
    return node.asInt();
  }

  private double positive(JsonNode parent, String name, double fallback) {
    double value = parent.path(name).asDouble(fallback);
    require(value > 0 && value < 1e12, name, "a positive number");
    return value;
  }

  private void refuse(String name, String only) {
    String value = json.path(name).asText(only);
    require(value.equals(only) || value.equals("null"), name, only + ", the only one that is run");
  }

  private void require(boolean holds, String name, String rule) {
    if (!holds) {
      throw new InvalidInputException(
          "%s: %s is %s; it must be %s".formatted(file, name, json.findPath(name), rule));
    }
  }

  /** One id or a list of ids. */
  static List<Integer> tokens(JsonNode node) {
    List<Integer> ids = new ArrayList<>();
    if (node.isInt()) {
      ids.add(node.asInt());
    }
    node.forEach(each -> ids.add(each.asInt()));
    return ids;
  }
}
