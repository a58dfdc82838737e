package dev.tatara.trainer.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes {@code config.json} and {@code generation_config.json}. Reads what Hugging Face
 * transformers 4 and 5 write; refuses what this engine would compute wrongly.
 */
public final class HuggingFaceJson {
  private HuggingFaceJson() {}

  /**
   * Reads {@code config.json}.
   *
   * @param where named in errors
   * @throws InvalidInputException if a value is missing, out of bounds, or of a kind that is not
   *     supported
   */
  public static HuggingFaceConfig read(byte[] json, String where) {
    return ConfigReader.of(json, where).config();
  }

  /**
   * The bytes of {@code config.json}: what was imported with what changed since, or all keys of a
   * new model in alphabetical order, as transformers writes them.
   *
   * @param type of the weights beside it
   */
  public static byte[] bytes(HuggingFaceConfig config, WeightType type) {
    return config.imported() == null
        ? lines(fresh(config, type))
        : lines(changed(config, config.imported(), type));
  }

  /** Only positions can change, and what the weights are stored as. */
  private static ObjectNode changed(HuggingFaceConfig config, JsonNode imported, WeightType type) {
    ObjectNode json = imported.deepCopy();
    if (json.path("max_position_embeddings").asInt(0) != config.maxPositions()) {
      json.put("max_position_embeddings", config.maxPositions());
    }
    if (json.has("torch_dtype")) {
      json.put("torch_dtype", type.configName());
    }
    if (json.has("dtype") || !json.has("torch_dtype")) {
      json.put("dtype", type.configName());
    }
    return json;
  }

  private static ObjectNode fresh(HuggingFaceConfig config, WeightType type) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("architectures").add(config.family().architecture());
    json.put("attention_bias", false);
    json.put("attention_dropout", 0.0);
    json.put("bos_token_id", config.beginOfText());
    json.put("dtype", type.configName());
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
    json.put("torch_dtype", type.configName());
    json.put("use_cache", true);
    json.put("vocab_size", config.vocabularySize());
    return json;
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
