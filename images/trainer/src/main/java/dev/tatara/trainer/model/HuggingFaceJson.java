package dev.tatara.trainer.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@code config.json} and {@code generation_config.json}. Reads what Hugging Face
 * transformers 4 and 5 write; refuses what this engine would compute wrongly.
 */
public final class HuggingFaceJson {
  private static final int LARGEST = 1 << 24;

  private final JsonNode root;
  private final String where;

  private HuggingFaceJson(JsonNode root, String where) {
    this.root = root;
    this.where = where;
  }

  /**
   * Reads {@code config.json}.
   *
   * @param where named in errors
   * @throws InvalidInputException if a value is missing, out of bounds, or of a kind that is not
   *     supported
   */
  public static HuggingFaceConfig read(byte[] json, String where) {
    try {
      return new HuggingFaceJson(Json.tree(json), where).config();
    } catch (UncheckedIOException e) {
      throw new InvalidInputException(
          "%s is no JSON (%s); it must be the config.json of a Hugging Face model"
              .formatted(where, e.getMessage()),
          e);
    }
  }

  private HuggingFaceConfig config() {
    Family family = family();
    refuse("hidden_act", root.path("hidden_act").asText("silu"), "silu");
    refuse("attention_bias", root.path("attention_bias").asText("false"), "false");
    refuse("mlp_bias", root.path("mlp_bias").asText("false"), "false");
    refuse("use_sliding_window", root.path("use_sliding_window").asText("false"), "false");
    int hidden = whole("hidden_size", null);
    int heads = whole("num_attention_heads", null);
    int keyValueHeads = whole("num_key_value_heads", heads);
    int headSize = whole("head_dim", Math.max(1, hidden / heads));
    if (heads % keyValueHeads != 0 || headSize % 2 != 0) {
      throw wrong(
          "num_attention_heads",
          "%d with %d key-value heads of %d".formatted(heads, keyValueHeads, headSize),
          "a multiple of num_key_value_heads, and an even head_dim");
    }
    return new HuggingFaceConfig(
        family,
        whole("vocab_size", null),
        hidden,
        whole("num_hidden_layers", null),
        heads,
        keyValueHeads,
        headSize,
        whole("intermediate_size", null),
        whole("max_position_embeddings", 2048),
        root.path("rms_norm_eps").asDouble(1e-6),
        theta(),
        scaling(),
        root.path("tie_word_embeddings").asBoolean(false),
        tokenId("bos_token_id", 0),
        tokenId("eos_token_id", 0),
        tokenId("pad_token_id", 0));
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

  private int whole(String key, @Nullable Integer absent) {
    JsonNode node = root.path(key);
    if ((node.isMissingNode() || node.isNull()) && absent != null) {
      return absent;
    }
    if (!node.isIntegralNumber() || node.longValue() < 1 || node.longValue() > LARGEST) {
      throw wrong(key, node.toString(), "a whole number from 1 to " + LARGEST);
    }
    return node.intValue();
  }

  /** Ids may be given as a list, the first being the usual one. */
  private int tokenId(String key, int absent) {
    JsonNode node = root.path(key);
    return node.isArray() ? node.path(0).asInt(absent) : node.asInt(absent);
  }

  private double theta() {
    JsonNode theta = root.path("rope_theta");
    return theta.isNumber() ? theta.asDouble() : ropeNode().path("rope_theta").asDouble(10_000);
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
        node.path("factor").asDouble(8),
        node.path("low_freq_factor").asDouble(1),
        node.path("high_freq_factor").asDouble(4),
        node.path("original_max_position_embeddings").asInt(8192));
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

  /** The bytes of {@code config.json}; keys in alphabetical order, as transformers writes them. */
  public static byte[] bytes(HuggingFaceConfig config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("architectures").add(config.family().architecture());
    json.put("attention_bias", false);
    json.put("attention_dropout", 0.0);
    json.put("bos_token_id", config.beginOfText());
    json.put("dtype", "float32");
    json.put("eos_token_id", config.endOfText());
    json.put("head_dim", config.headSize());
    json.put("hidden_act", "silu");
    json.put("hidden_size", config.hiddenSize());
    json.put("initializer_range", Initialization.STANDARD_DEVIATION);
    json.put("intermediate_size", config.intermediateSize());
    json.put("max_position_embeddings", config.maxPositions());
    json.put("mlp_bias", false);
    json.put("model_type", config.family().modelType());
    json.put("num_attention_heads", config.heads());
    json.put("num_hidden_layers", config.layers());
    json.put("num_key_value_heads", config.keyValueHeads());
    json.put("pad_token_id", config.padding());
    json.put("rms_norm_eps", config.normEpsilon());
    json.set("rope_scaling", scaling(config.ropeScaling()));
    json.put("rope_theta", config.ropeTheta());
    json.put("tie_word_embeddings", config.tiedEmbeddings());
    // The older name of dtype, which many readers still look for.
    json.put("torch_dtype", "float32");
    json.put("use_cache", true);
    json.put("vocab_size", config.vocabularySize());
    return lines(json);
  }

  private static JsonNode scaling(@Nullable RopeScaling scaling) {
    if (scaling == null) {
      return JsonNodeFactory.instance.nullNode();
    }
    return JsonNodeFactory.instance
        .objectNode()
        .put("factor", scaling.factor())
        .put("high_freq_factor", scaling.highFrequencyFactor())
        .put("low_freq_factor", scaling.lowFrequencyFactor())
        .put("original_max_position_embeddings", scaling.originalMaxPositions())
        .put("rope_type", "llama3");
  }

  /**
   * The bytes of {@code generation_config.json}.
   *
   * @param stop ids at which generation ends
   */
  public static byte[] generation(HuggingFaceConfig config, List<Integer> stop) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("bos_token_id", config.beginOfText());
    if (stop.size() == 1) {
      json.put("eos_token_id", stop.get(0));
    } else {
      stop.forEach(json.putArray("eos_token_id")::add);
    }
    json.put("pad_token_id", config.padding());
    return lines(json);
  }

  private static byte[] lines(ObjectNode json) {
    return (Json.pretty(json) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
