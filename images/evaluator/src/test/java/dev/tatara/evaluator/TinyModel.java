package dev.tatara.evaluator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.Json;
import dev.tatara.evaluator.model.TorchRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A Hugging Face folder with a model of two layers and a tokenizer whose tokens are bytes: four
 * special tokens, then byte b is token 4 + (place of b in GPT-2's table).
 */
public final class TinyModel {
  public static final int VOCABULARY = 260;
  public static final int MAX_POSITIONS = 48;
  private static final int HIDDEN = 32;
  private static final String[] SPECIAL = {
    "<|endoftext|>", "<|pad|>", "<|im_start|>", "<|im_end|>"
  };

  private TinyModel() {}

  /** Native libraries for tests; once per module, below target. */
  public static void prepareEngine() {
    TorchRuntime.prepare(Path.of("target", "cache"));
  }

  /**
   * Writes the folder.
   *
   * @param scale of the random weights; with 0 all tokens are equally likely
   */
  public static Path write(Path folder, long seed, float scale) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), config().toPrettyString());
      Files.writeString(folder.resolve("tokenizer.json"), tokenizer().toString());
      Files.write(folder.resolve("model.safetensors"), safetensors(weights(seed, scale)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static ObjectNode config() {
    return Json.MAPPER
        .createObjectNode()
        .put("model_type", "llama")
        .put("vocab_size", VOCABULARY)
        .put("hidden_size", HIDDEN)
        .put("intermediate_size", 48)
        .put("num_hidden_layers", 2)
        .put("num_attention_heads", 4)
        .put("num_key_value_heads", 2)
        .put("max_position_embeddings", MAX_POSITIONS)
        .put("rms_norm_eps", 1e-5)
        .put("tie_word_embeddings", true)
        .put("bos_token_id", 0)
        .put("eos_token_id", 0);
  }

  /** Float32 tensors as a safetensors file; shapes are given by the key {@code name:2,3}. */
  public static byte[] safetensors(Map<String, float[]> tensors) {
    ObjectNode header = Json.MAPPER.createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
      String[] nameAndShape = tensor.getKey().split(":", 2);
      ObjectNode entry = header.putObject(nameAndShape[0]).put("dtype", "F32");
      Arrays.stream(nameAndShape[1].split(","))
          .mapToLong(Long::parseLong)
          .forEach(entry.withArray("shape")::add);
      entry.withArray("data_offsets").add(data.size());
      ByteBuffer bytes =
          ByteBuffer.allocate(4 * tensor.getValue().length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(tensor.getValue());
      data.writeBytes(bytes.array());
      entry.withArray("data_offsets").add(data.size());
    }
    return safetensors(header.toString(), data.toByteArray());
  }

  /** Header and data as they are, right or wrong. */
  public static byte[] safetensors(String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }

  private static Map<String, float[]> weights(long seed, float scale) {
    List<String> names = new ArrayList<>();
    names.add("model.embed_tokens.weight:" + VOCABULARY + "," + HIDDEN);
    names.add("model.norm.weight:" + HIDDEN);
    for (int layer = 0; layer < 2; layer++) {
      String name = "model.layers." + layer + ".";
      names.add(name + "input_layernorm.weight:" + HIDDEN);
      names.add(name + "post_attention_layernorm.weight:" + HIDDEN);
      names.add(name + "self_attn.q_proj.weight:32,32");
      names.add(name + "self_attn.k_proj.weight:16,32");
      names.add(name + "self_attn.v_proj.weight:16,32");
      names.add(name + "self_attn.o_proj.weight:32,32");
      names.add(name + "mlp.gate_proj.weight:48,32");
      names.add(name + "mlp.up_proj.weight:48,32");
      names.add(name + "mlp.down_proj.weight:32,48");
    }
    Random random = new Random(seed);
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (String name : names) {
      weights.put(name, normal(elements(name), random, scale));
    }
    return weights;
  }

  private static int elements(String name) {
    return Arrays.stream(name.split(":", 2)[1].split(","))
        .mapToInt(Integer::parseInt)
        .reduce(1, Math::multiplyExact);
  }

  private static float[] normal(int count, Random random, float scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = scale * (float) random.nextGaussian();
    }
    return values;
  }

  private static ObjectNode tokenizer() {
    ObjectNode json = Json.MAPPER.createObjectNode().put("version", "1.0");
    json.putNull("truncation").putNull("padding").putNull("normalizer").putNull("post_processor");
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    model.putArray("merges");
    for (int id = 0; id < SPECIAL.length; id++) {
      vocabulary.put(SPECIAL[id], id);
      json.withArray("added_tokens")
          .addObject()
          .put("id", id)
          .put("content", SPECIAL[id])
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    for (String symbol : byteSymbols()) {
      vocabulary.put(symbol, vocabulary.size());
    }
    for (String part : List.of("pre_tokenizer", "decoder")) {
      json.putObject(part)
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", false)
          .put("use_regex", true);
    }
    return json;
  }

  /** GPT-2's printable stand-ins for the 256 bytes, in code-point order. */
  private static List<String> byteSymbols() {
    List<String> symbols = new ArrayList<>();
    int moved = 0;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
      symbols.add(Character.toString(printable ? b : 256 + moved++));
    }
    symbols.sort(null);
    return symbols;
  }
}
