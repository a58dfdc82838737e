package dev.tatara.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.trainer.safetensors.SafeTensorsWriter;
import dev.tatara.trainer.tensor.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders of Hugging Face models, in and out, sound and broken. */
@Tag("vectors")
final class ModelFolderTest {
  private static final Path SOUND = ModelCases.FOLDER.resolve("llama_tied");

  @TempDir private Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start(System.getenv());
  }

  @ParameterizedTest
  @MethodSource(ModelCases.MODELS)
  void whatWasReadIsWrittenAsTheSameFiles(Path original) throws IOException {
    HuggingFaceConfig config = ModelFolder.config(original);
    ParameterLayout layout = ParameterLayout.of(config);
    SortedMap<String, WeightType> types = ModelFolder.types(original, layout);
    Parameters parameters = ModelFolder.load(original, layout, Parameters::frozen);
    ModelFolder.save(folder, parameters, types::get, ModelFolder.SHARD_BYTES);
    assertThat(folder.resolve(ModelFolder.WEIGHTS))
        .hasSameBinaryContentAs(original.resolve(ModelFolder.WEIGHTS));
    byte[] written = HuggingFaceJson.bytes(config, types.values().iterator().next());
    assertThat(Json.tree(written))
        .isEqualTo(Json.tree(Files.readAllBytes(original.resolve("config.json"))));
  }

  @ParameterizedTest
  @EnumSource
  void shardsOfEveryTypeComeBackBitForBit(WeightType type) throws IOException {
    Parameters parameters = sound();
    Path once = Files.createDirectory(folder.resolve("once"));
    Path twice = Files.createDirectory(folder.resolve("twice"));
    List<Path> files = ModelFolder.save(once, parameters, name -> type, 200_000);
    assertThat(files).hasSizeGreaterThan(2);
    assertThat(files.get(0))
        .hasFileName("model-00001-of-0000%d.safetensors".formatted(files.size() - 1));
    ParameterLayout layout = parameters.layout();
    SortedMap<String, WeightType> types = ModelFolder.types(once, layout);
    assertThat(types.values()).containsOnly(type);
    Parameters read = ModelFolder.load(once, layout, Parameters::frozen);
    ModelFolder.save(twice, read, types::get, 200_000);
    for (Path file : files) {
      assertThat(twice.resolve(file.getFileName())).hasSameBinaryContentAs(file);
    }
    if (type == WeightType.F32) {
      for (ParameterLayout.Unit unit : layout.units()) {
        FloatPointer a = new FloatPointer(parameters.values(unit.number()).data_ptr());
        FloatPointer b = new FloatPointer(read.values(unit.number()).data_ptr());
        for (long i = 0; i < unit.size(); i++) {
          assertThat(b.get(i)).isEqualTo(a.get(i));
        }
      }
    }
  }

  @Test
  void keysThatAreNotKnownSurvive() throws IOException {
    changed(json -> json.put("_name_or_path", "someone/something"));
    HuggingFaceConfig read = ModelFolder.config(folder);
    ObjectNode again =
        (ObjectNode) Json.tree(HuggingFaceJson.bytes(read.reaching(4096), WeightType.BF16));
    assertThat(again.path("_name_or_path").asText()).isEqualTo("someone/something");
    assertThat(again.path("transformers_version").isTextual()).isTrue();
    assertThat(again.path("max_position_embeddings").asInt()).isEqualTo(4096);
    assertThat(again.path("dtype").asText()).isEqualTo("bfloat16");
  }

  @Test
  void headsMayBeWiderThanTheirShareOfTheModel() throws IOException {
    changed(json -> json.put("head_dim", 32));
    ParameterLayout layout = ParameterLayout.of(ModelFolder.config(folder));
    assertThat(layout.tensors())
        .anySatisfy(
            slot -> {
              assertThat(slot.name()).endsWith("layers.0.self_attn.q_proj.weight");
              assertThat(slot.shape()).containsExactly(128L, 64L);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "model_type|`\"mamba\"`|expected one of llama, qwen3, olmo2",
        "architectures|`[\"LlamaForSequenceClassification\"]`|LlamaForCausalLM",
        "attention_bias|true|attention_bias is \"true\"",
        "mlp_bias|true|mlp_bias is \"true\"",
        "hidden_act|`\"gelu\"`|hidden_act is \"gelu\"",
        "use_sliding_window|true|use_sliding_window",
        "layer_types|`[\"sliding_attention\"]`|layer_types",
        "quantization_config|`{\"quant_method\":\"gptq\"}`|not supported",
        "rope_scaling|`{\"rope_type\":\"yarn\",\"factor\":4.0}`|yarn",
        "rope_scaling|`{\"rope_type\":\"llama3\"}`|factor is missing",
        "rms_norm_eps|-1|rms_norm_eps is -1; expected a number above 0",
        "vocab_size|`\"many\"`|vocab_size",
        "hidden_size|9223372036854775807|hidden_size",
        "num_hidden_layers|1000000000|a whole number from 1 to 1000",
        "num_hidden_layers|1000|has no tensor",
        "intermediate_size|2000000|calls for",
        "num_key_value_heads|3|a multiple of num_key_value_heads",
      })
  void configurationsThatCannotBeComputedAreRefused(String key, String value, String reason)
      throws IOException {
    changed(json -> json.set(key, Json.tree(value.getBytes(StandardCharsets.UTF_8))));
    assertRefused(folder, reason);
  }

  @Test
  void configurationThatIsNoJsonIsRefused() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\", \"model_type\"");
    assertRefused(folder, "is no JSON");
    Files.writeString(folder.resolve("config.json"), "[1]");
    assertRefused(folder, "no JSON object");
    Files.delete(folder.resolve("config.json"));
    assertRefused(folder, "is not there");
  }

  @Test
  void tensorsThatAreMissingOrOneTooManyAreNamed() throws IOException {
    write("model.safetensors", "model.norm.weight", "F32", List.of(64L));
    changed(json -> {});
    Files.delete(folder.resolve("model.safetensors"));
    write("model.safetensors", "model.norm.weight", "F32", List.of(64L));
    assertRefused(folder, "has no tensor \"model.embed_tokens.weight\"");
    ParameterLayout layout = ParameterLayout.of(ModelFolder.config(SOUND));
    Path extra = Files.createDirectory(folder.resolve("extra"));
    Files.copy(
        ModelCases.FOLDER.resolve("llama_untied/model.safetensors"),
        extra.resolve("model.safetensors"));
    // An output projection that tied embeddings make superfluous is the one harmless tensor.
    assertThat(ModelFolder.types(extra, layout)).hasSize(layout.tensors().size());
    Files.copy(
        ModelCases.FOLDER.resolve("qwen3_qknorm/model.safetensors"),
        extra.resolve("model.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> ModelFolder.types(extra, layout))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("does not call for")
        .hasMessageContaining("k_norm.weight");
  }

  @Test
  void weightsOfOtherNumbersAreRefused() throws IOException {
    changed(json -> {});
    Path weights = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8).replace("F32", "I32");
    System.arraycopy(header.getBytes(StandardCharsets.UTF_8), 0, bytes, 8, length);
    Files.write(weights, bytes);
    assertRefused(folder, "has dtype I32; convert it to F32, BF16 or F16");
  }

  @Test
  void truncatedWeightsAreRefused() throws IOException {
    changed(json -> {});
    Path weights = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1));
    assertRefused(folder, "it is cut off");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "not json|is no JSON",
        "`{\"weight_map\":{}}`|has no weight_map",
        "`{\"weight_map\":{\"a\":\"../../secret.safetensors\"}}`|no safetensors file of its own folder",
        "`{\"weight_map\":{\"a\":\"/etc/passwd\"}}`|no safetensors file of its own folder",
        "`{\"weight_map\":{\"a\":7}}`|no safetensors file of its own folder",
        "`{\"weight_map\":{\"a\":\"gone.safetensors\"}}`|names gone.safetensors, which is not there",
        "`{\"weight_map\":{\"a\":\"one.safetensors\",\"a\":\"one.safetensors\"}}`|is no JSON",
        "`{\"weight_map\":{\"b\":\"one.safetensors\"}}`|disagree: it alone has [b=one.safetensors], they alone have [a=one.safetensors]",
        "`{\"weight_map\":{\"a\":\"one.safetensors\",\"c\":\"two.safetensors\"}}`|is in one.safetensors and again in two.safetensors",
      })
  void indexesThatLieAreRefused(String index, String reason) throws IOException {
    Files.copy(SOUND.resolve("config.json"), folder.resolve("config.json"));
    write("one.safetensors", "a", "F32", List.of(1L));
    write("two.safetensors", "a", "F32", List.of(1L));
    Files.writeString(folder.resolve("model.safetensors.index.json"), index);
    assertRefused(folder, reason);
  }

  private static Parameters sound() throws IOException {
    return ModelFolder.load(
        SOUND, ParameterLayout.of(ModelFolder.config(SOUND)), Parameters::frozen);
  }

  /** A sound folder, but for what is changed in its configuration. */
  private void changed(Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) Json.tree(Files.readAllBytes(SOUND.resolve("config.json")));
    change.accept(json);
    Files.copy(
        SOUND.resolve("model.safetensors"),
        folder.resolve("model.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.write(folder.resolve("config.json"), Json.bytes(json));
  }

  private void write(String file, String tensor, String dtype, List<Long> shape)
      throws IOException {
    int bytes = 4 * shape.get(0).intValue();
    SafeTensorsWriter.write(
        folder.resolve(file),
        List.of(
            new SafeTensorsWriter.Source(
                tensor, dtype, shape, sink -> sink.write(ByteBuffer.allocate(bytes)))));
  }

  private static void assertRefused(Path folder, String reason) {
    assertThatThrownBy(
            () ->
                ModelFolder.load(
                    folder, ParameterLayout.of(ModelFolder.config(folder)), Parameters::frozen))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(reason)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
