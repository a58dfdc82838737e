package dev.tatara.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import dev.tatara.trainer.Checksums;
import dev.tatara.trainer.safetensors.SafeTensorsFile;
import dev.tatara.trainer.safetensors.TensorEntry;
import dev.tatara.trainer.tensor.Engine;
import dev.tatara.trainer.tensor.HostMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forward pass against logits that Hugging Face transformers computed. */
@Tag("vectors")
final class ModelForwardTest {
  private static final float TOLERANCE = 2e-4f;
  private static final Pattern LOGITS = Pattern.compile("logits_(\\d+)");
  private static final Pattern STATE = Pattern.compile("hidden_(\\d+)_(\\d+)");
  private static final Pattern PACKED = Pattern.compile("packed_(\\d+)_(\\d+)_(docmask|nomask)");

  @BeforeAll
  static void startEngine() {
    Engine.start(System.getenv());
  }

  /** Every tensor that was recorded is compared; one of a kind this test does not know fails. */
  @ParameterizedTest
  @MethodSource(ModelCases.MODELS)
  void logitsAndStatesAreThoseOfTheReference(Path folder) throws IOException {
    Llama model = load(folder);
    List<long[]> sequences = sequences();
    try (SafeTensorsFile expected =
        SafeTensorsFile.open(folder.resolve("expected_logits.safetensors"))) {
      for (int i = 0; i < sequences.size(); i++) {
        assertThat(expected.entries()).containsKey("logits_" + i);
      }
      assertThat(expected.entries())
          .containsKeys("packed_2_3_docmask", "packed_2_3_nomask", "hidden_1_0", "hidden_3_0");
      for (String name : expected.entries().keySet()) {
        assertValues(computed(model, sequences, name), expected, name);
      }
    }
  }

  private static FloatBuffer computed(Llama model, List<long[]> sequences, String name) {
    Matcher logits = LOGITS.matcher(name);
    Matcher state = STATE.matcher(name);
    Matcher packed = PACKED.matcher(name);
    if (logits.matches()) {
      return logits(model, sequences.get(Integer.parseInt(logits.group(1))), null);
    }
    if (state.matches()) {
      long[] tokens = sequences.get(Integer.parseInt(state.group(1)));
      return state(model, tokens, Integer.parseInt(state.group(2)));
    }
    assertThat(packed.matches()).as("a tensor that this test knows: %s", name).isTrue();
    long[] first = sequences.get(Integer.parseInt(packed.group(1)));
    long[] second = sequences.get(Integer.parseInt(packed.group(2)));
    long[] both = LongStream.concat(LongStream.of(first), LongStream.of(second)).toArray();
    DocumentMask mask = DocumentMask.of(List.of(first.length, second.length));
    return logits(model, both, packed.group(3).equals("docmask") ? mask : null);
  }

  /** As above, for the recorded sums and means. */
  @ParameterizedTest
  @MethodSource(ModelCases.MODELS)
  void sumsAreThoseOfTheReference(Path folder) throws IOException {
    Llama model = load(folder);
    JsonNode expected = Json.tree(Files.readAllBytes(folder.resolve("expected.json")));
    for (Map.Entry<String, JsonNode> field : expected.properties()) {
      JsonNode wanted = field.getValue();
      switch (field.getKey()) {
        case "sequences" -> assertSequences(model, wanted);
        case "packed" -> assertPacked(model, wanted);
        case "param_count_unique" ->
            assertThat(model.parameters().layout().parameters()).isEqualTo(wanted.asLong());
        case "state_checksums" ->
            Checksums.assertParameters(model.parameters(), wanted, 1e-9, 1e-9);
        // Has a test of its own.
        case "greedy_16_from_seq2" -> assertThat(wanted.size()).isEqualTo(16);
        // How far the reference is from itself; nothing to compute.
        case "fp32_vs_fp64_max_abs_logit_diff" ->
            assertThat(wanted.asDouble()).isLessThan(TOLERANCE);
        default -> fail("expected.json of %s has an unknown \"%s\"", folder, field.getKey());
      }
    }
  }

  private static void assertSequences(Llama model, JsonNode expected) throws IOException {
    List<long[]> sequences = sequences();
    assertThat(expected.size()).isEqualTo(sequences.size());
    for (int i = 0; i < sequences.size(); i++) {
      Predictions found = Predictions.of(model, sequences.get(i));
      for (Map.Entry<String, JsonNode> field : expected.get(i).properties()) {
        found.assertEqual(field.getKey(), field.getValue());
      }
      assertThat(expected.get(i).has("mean_nll")).isEqualTo(sequences.get(i).length > 1);
    }
  }

  /** Without the mask the second document must change as much as it did in the reference. */
  private static void assertPacked(Llama model, JsonNode expected) throws IOException {
    List<long[]> sequences = sequences();
    FloatBuffer apart = computed(model, sequences, "packed_2_3_docmask");
    FloatBuffer together = computed(model, sequences, "packed_2_3_nomask");
    FloatBuffer first = computed(model, sequences, "logits_2");
    FloatBuffer second = computed(model, sequences, "logits_3");
    FloatBuffer separate = FloatBuffer.allocate(apart.remaining()).put(first).put(second).flip();
    assertThat(expected.size()).isEqualTo(2);
    assertThat(expected.has("max_abs_diff_vs_separate")).isTrue();
    assertThat(farthest(apart, separate)).isLessThan(1e-4f);
    assertThat(farthest(apart, together))
        .isCloseTo(
            (float) expected.path("max_abs_diff_nomask_vs_docmask").asDouble(),
            within(2 * TOLERANCE));
  }

  @ParameterizedTest
  @MethodSource(ModelCases.MODELS)
  void greedyContinuationIsThatOfTheReference(Path folder) throws IOException {
    Llama model = load(folder);
    List<Long> tokens = new ArrayList<>();
    LongStream.of(sequences().get(2)).forEach(tokens::add);
    JsonNode expected =
        Json.tree(Files.readAllBytes(folder.resolve("expected.json"))).path("greedy_16_from_seq2");
    assertThat(expected.size()).isEqualTo(16);
    for (JsonNode next : expected) {
      long[] so = tokens.stream().mapToLong(Long::longValue).toArray();
      FloatBuffer logits = logits(model, so, null);
      int vocabulary = model.config().vocabularySize();
      int last = (so.length - 1) * vocabulary;
      long best = 0;
      for (int v = 1; v < vocabulary; v++) {
        if (logits.get(last + v) > logits.get(last + (int) best)) {
          best = v;
        }
      }
      assertThat(best).isEqualTo(next.asLong());
      tokens.add(best);
    }
  }

  private static Llama load(Path folder) throws IOException {
    HuggingFaceConfig config = ModelFolder.config(folder);
    Parameters parameters = Parameters.frozen(ParameterLayout.of(config));
    ModelFolder.load(folder, parameters);
    return new Llama(config, parameters, 256);
  }

  private static List<long[]> sequences() throws IOException {
    List<long[]> sequences = new ArrayList<>();
    for (JsonNode row :
        Json.tree(Files.readAllBytes(ModelCases.FOLDER.resolve("inputs.json"))).path("sequences")) {
      long[] ids = new long[row.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = row.get(i).asLong();
      }
      sequences.add(ids);
    }
    return sequences;
  }

  private static void assertValues(FloatBuffer found, SafeTensorsFile expected, String name)
      throws IOException {
    TensorEntry entry = expected.entry(name);
    ByteBuffer bytes = ByteBuffer.allocate((int) entry.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    expected.read(entry, 0, bytes);
    FloatBuffer wanted = bytes.flip().asFloatBuffer();
    assertThat(farthest(found, wanted)).as(name).isCloseTo(0f, within(TOLERANCE));
  }

  private static float farthest(FloatBuffer found, FloatBuffer wanted) {
    assertThat(found.remaining()).isEqualTo(wanted.remaining());
    float worst = 0;
    for (int i = 0; i < wanted.remaining(); i++) {
      worst = Math.max(worst, Math.abs(wanted.get(i) - found.get(i)));
    }
    return worst;
  }

  static FloatBuffer logits(Llama model, long[] tokens, @Nullable DocumentMask mask) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return copy(model.logits(Tensor.create(tokens).view(1, tokens.length), mask));
    }
  }

  private static FloatBuffer state(Llama model, long[] tokens, int block) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return copy(model.states(Tensor.create(tokens).view(1, tokens.length)).get(block));
    }
  }

  private static FloatBuffer copy(Tensor values) {
    HostMemory memory = HostMemory.of(values.contiguous());
    ByteBuffer copy = ByteBuffer.allocate((int) memory.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    copy.put(memory.piece(0, (int) memory.bytes())).flip();
    return copy.asFloatBuffer();
  }
}
