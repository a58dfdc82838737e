package dev.tatara.evaluator.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits against those of Hugging Face transformers. */
@Tag("vectors")
class ForwardVectorsTest {
  private static final Path CASE = Path.of(System.getProperty("tatara.vectors"), "a_model_forward");
  private static final float TOLERANCE = 2e-4f;

  @BeforeAll
  static void prepare() {
    TorchRuntime.prepare(Path.of("target", "cache"));
  }

  static List<Path> folders() throws IOException {
    try (Stream<Path> entries = Files.list(CASE)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  @Test
  void findsAllFiveVariants() throws IOException {
    assertThat(folders()).hasSizeGreaterThanOrEqualTo(5);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void givesTheLogitsOfTransformers(Path folder) throws IOException {
    List<int[]> sequences = sequences();
    Safetensors expected = Safetensors.open(folder.resolve("expected_logits.safetensors"));
    try (CausalModel model = CausalModel.load(folder)) {
      for (int i = 0; i < sequences.size(); i++) {
        assertClose(model.logits(sequences.get(i)), expected.floats("logits_" + i));
      }
      assertClose(model.logits(packed(sequences)), expected.floats("packed_2_3_nomask"));
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void keepsPackedDocumentsApartUnderAMask(Path folder) throws IOException {
    List<int[]> sequences = sequences();
    int first = sequences.get(2).length;
    int[] both = packed(sequences);
    int[] positions = IntStream.range(0, both.length).map(i -> i < first ? i : i - first).toArray();
    float[] mask = new float[both.length * both.length];
    for (int row = 0; row < both.length; row++) {
      for (int column = 0; column < both.length; column++) {
        boolean sees = column <= row && (column < first) == (row < first);
        mask[row * both.length + column] = sees ? 0 : Float.NEGATIVE_INFINITY;
      }
    }
    Safetensors expected = Safetensors.open(folder.resolve("expected_logits.safetensors"));
    try (CausalModel model = CausalModel.load(folder);
        NDManager scope = model.newScope()) {
      NDArray masks = scope.create(mask, new Shape(1, 1, both.length, both.length));
      NDArray hidden =
          model.forward(new int[][] {both}, new int[][] {positions}, masks, null, scope);
      assertClose(model.logits(hidden).toFloatArray(), expected.floats("packed_2_3_docmask"));
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void continuesGreedilyAsTransformersDoes(Path folder) throws IOException {
    JsonNode expected =
        Json.tree(Files.readAllBytes(folder.resolve("expected.json"))).path("greedy_16_from_seq2");
    List<Integer> continuation = new ArrayList<>();
    try (CausalModel model = CausalModel.load(folder);
        KeyValueCache cache = model.newCache()) {
      int[] next = sequences().get(2);
      for (int i = 0; i < expected.size(); i++) {
        try (NDManager scope = model.newScope()) {
          NDArray hidden = model.hidden(next, cache, scope);
          NDArray last = hidden.get("0, -1");
          int best = (int) model.logits(last).argMax().getLong();
          continuation.add(best);
          next = new int[] {best};
        }
      }
    }
    assertThat(continuation)
        .isEqualTo(Json.MAPPER.convertValue(expected, Json.MAPPER.constructType(List.class)));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void doesNotDependOnPaddingOrNeighbours(Path folder) throws IOException {
    List<int[]> sequences = sequences();
    int[] shorter = sequences.get(2);
    int[][] batch = {Arrays.copyOf(shorter, 64), sequences.get(3)};
    try (CausalModel model = CausalModel.load(folder);
        NDManager scope = model.newScope()) {
      float[] alone = model.logits(shorter);
      float[] together = model.logits(model.hidden(batch, scope)).toFloatArray();
      assertClose(Arrays.copyOf(together, alone.length), alone);
    }
  }

  private static int[] packed(List<int[]> sequences) {
    return IntStream.concat(Arrays.stream(sequences.get(2)), Arrays.stream(sequences.get(3)))
        .toArray();
  }

  private static List<int[]> sequences() throws IOException {
    JsonNode json = Json.tree(Files.readAllBytes(CASE.resolve("inputs.json")));
    List<int[]> sequences = new ArrayList<>();
    for (JsonNode sequence : json.path("sequences")) {
      sequences.add(Json.MAPPER.convertValue(sequence, int[].class));
    }
    return sequences;
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    float largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
      assertThat(actual[i]).isFinite();
    }
    assertThat(largest).isLessThanOrEqualTo(TOLERANCE);
  }
}
