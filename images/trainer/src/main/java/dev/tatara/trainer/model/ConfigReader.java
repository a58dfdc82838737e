package dev.tatara.trainer.model;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code config.json} as hostile input: bounded sizes, known kinds only. */
final class ConfigReader {
  private static final int LARGEST = 1 << 24;
  private static final int WIDEST = 1 << 17;
  private static final int DEEPEST = 1_000;
  private static final int MOST_HEADS = 1_024;

  private final JsonNode root;
  private final String where;

  private ConfigReader(JsonNode root, String where) {
    this.root = root;
    this.where = where;
  }

  static ConfigReader of(byte[] json, String where) {
    try {
      JsonNode root =
          Json.MAPPER.reader().with(StreamReadFeature.STRICT_DUPLICATE_DETECTION).readTree(json);
      if (!root.isObject()) {
        throw new InvalidInputException(
            "%s is no JSON object; it must be the config.json of a Hugging Face model"
                .formatted(where));
      }
      return new ConfigReader(root, where);
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s is no JSON (%s); it must be the config.json of a Hugging Face model"
              .formatted(where, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  /**
   * The dimensions.
   *
   * @throws InvalidInputException if a value is missing, out of bounds, or of a kind that this
   *     engine would compute wrongly
   */
  HuggingFaceConfig config() {
    Family family = family();
    refuseOtherKinds(family);
    int hidden = whole("hidden_size", null, WIDEST);
    int heads = whole("num_attention_heads", null, MOST_HEADS);
    int keyValueHeads = whole("num_key_value_heads", heads, MOST_HEADS);
    int headSize = headSize(family, hidden, heads);
    if (heads % keyValueHeads != 0 || headSize % 2 != 0) {
      throw wrong(
          "num_attention_heads",
          "%d with %d key-value heads of %d".formatted(heads, keyValueHeads, headSize),
          "a multiple of num_key_value_heads, and an even head_dim");
    }
    return new HuggingFaceConfig(
        family,
        whole("vocab_size", null, LARGEST),
        hidden,
        whole("num_hidden_layers", null, DEEPEST),
        heads,
        keyValueHeads,
        headSize,
        whole("intermediate_size", null, WIDEST * 16),
        whole("max_position_embeddings", family == Family.QWEN3 ? 32_768 : 2048, LARGEST),
        positive(root, "rms_norm_eps", family == Family.OLMO2 ? 1e-5 : 1e-6),
        theta(),
        scaling(),
        root.path("tie_word_embeddings").asBoolean(false),
        tokenId("bos_token_id", 0),
        tokenId("eos_token_id", 0),
        tokenId("pad_token_id", tokenId("eos_token_id", 0)),
        root);
  }

  private void refuseOtherKinds(Family family) {
    for (JsonNode architecture : root.path("architectures")) {
      refuse("architectures", architecture.asText(), family.architecture());
    }
    refuse("hidden_act", "silu");
    refuse("attention_bias", "false");
    refuse("mlp_bias", "false");
    refuse("use_sliding_window", "false");
    refuse("partial_rotary_factor", root.path("partial_rotary_factor").asDouble(1) == 1);
    refuse("quantization_config", !root.hasNonNull("quantization_config"));
    for (JsonNode type : root.path("layer_types")) {
      refuse("layer_types", type.asText(), "full_attention");
    }
  }

  /** Absent keys mean what the configuration classes of transformers make of them. */
  private int headSize(Family family, int hidden, int heads) {
    if (root.hasNonNull("head_dim")) {
      return whole("head_dim", null, WIDEST);
    }
    if (family == Family.QWEN3 && !root.has("head_dim")) {
      return 128;
    }
    if (hidden % heads != 0) {
      throw wrong(
          "hidden_size",
          "%d with %d heads and no head_dim".formatted(hidden, heads),
          "a multiple of num_attention_heads");
    }
    return hidden / heads;
  }

  private Family family() {
    String type = root.path("model_type").asText("");
    return Arrays.stream(Family.values())
        .filter(family -> family.modelType().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    "model_type",
                    "\"" + type + "\"",
                    "one of "
                        + Arrays.stream(Family.values())
                            .map(Family::modelType)
                            .collect(Collectors.joining(", "))));
  }

  private int whole(String key, @Nullable Integer absent, int largest) {
    JsonNode node = root.path(key);
    if ((node.isMissingNode() || node.isNull()) && absent != null) {
      return absent;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt() || outside(node.intValue(), largest)) {
      throw wrong(key, found(node), "a whole number from 1 to " + largest);
    }
    return node.intValue();
  }

  private static boolean outside(int value, int largest) {
    return value < 1 || value > largest;
  }

  private static String found(JsonNode node) {
    return node.isMissingNode() ? "missing" : node.toString();
  }

  /** A number above 0. */
  private double positive(JsonNode parent, String key, @Nullable Double absent) {
    JsonNode node = parent.path(key);
    if ((node.isMissingNode() || node.isNull()) && absent != null) {
      return absent;
    }
    if (!node.isNumber() || !(node.doubleValue() > 0) || Double.isInfinite(node.doubleValue())) {
      throw wrong(key, found(node), "a number above 0");
    }
    return node.doubleValue();
  }

  /** Ids may be given as a list, the first being the usual one. */
  private int tokenId(String key, int absent) {
    JsonNode node = root.path(key);
    return node.isArray() ? node.path(0).asInt(absent) : node.asInt(absent);
  }

  private double theta() {
    return positive(root, "rope_theta", positive(ropeNode(), "rope_theta", 10_000.0));
  }

  /** transformers 4 says {@code rope_scaling}, 5 says {@code rope_parameters}. */
  private JsonNode ropeNode() {
    return root.hasNonNull("rope_scaling")
        ? root.path("rope_scaling")
        : root.path("rope_parameters");
  }

  private @Nullable RopeScaling scaling() {
    JsonNode node = ropeNode();
    String type = node.path("rope_type").asText(node.path("type").asText("default"));
    if (type.equals("default")) {
      return null;
    }
    refuse("rope_scaling.rope_type", type, "llama3");
    return new RopeScaling(
        positive(node, "factor", null),
        positive(node, "low_freq_factor", null),
        positive(node, "high_freq_factor", null),
        (int) positive(node, "original_max_position_embeddings", null));
  }

  private void refuse(String key, String supported) {
    refuse(key, root.path(key).asText(supported), supported);
  }

  private void refuse(String key, boolean supported) {
    if (!supported) {
      throw wrong(key, root.path(key).toString(), "none, because it is not supported");
    }
  }

  private void refuse(String key, String found, String supported) {
    if (!found.equals(supported)) {
      throw wrong(key, "\"" + found + "\"", "\"" + supported + "\", the only kind supported");
    }
  }

  private InvalidInputException wrong(String key, String found, String expected) {
    return new InvalidInputException(
        "%s: %s is %s; expected %s".formatted(where, key, found, expected));
  }
}
