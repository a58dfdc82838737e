package dev.tatara.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
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
import java.util.stream.LongStream;
import java.util.stream.Stream;
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
  private static final Path CASES =
      Path.of(System.getProperty("tatara.vectors"), "a_model_forward");
  private static final float TOLERANCE = 2e-4f;

  @BeforeAll
  static void startEngine() {
    Engine.start(System.getenv());
  }

  static List<Path> models() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      List<Path> models =
          folders.filter(folder -> Files.exists(folder.resolve("config.json"))).sorted().toList();
      assertThat(models).as("model folders in %s", CASES).isNotEmpty();
      return models;
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void logitsAreThoseOfTheReference(Path folder) throws IOException {
    Llama model = load(folder);
    List<long[]> sequences = sequences();
    try (SafeTensorsFile expected =
        SafeTensorsFile.open(folder.resolve("expected_logits.safetensors"))) {
      for (int i = 0; i < sequences.size(); i++) {
        assertLogits(model, sequences.get(i), null, expected, "logits_" + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void packedDocumentsDoNotSeeEachOtherUnlessTheMaskIsOff(Path folder) throws IOException {
    Llama model = load(folder);
    long[] second = sequences().get(2);
    long[] third = sequences().get(3);
    long[] packed = LongStream.concat(LongStream.of(second), LongStream.of(third)).toArray();
    try (PointerScope scope = new PointerScope();
        SafeTensorsFile expected =
            SafeTensorsFile.open(folder.resolve("expected_logits.safetensors"))) {
      DocumentMask mask = DocumentMask.of(List.of(second.length, third.length));
      assertLogits(model, packed, mask, expected, "packed_2_3_docmask");
      assertLogits(model, packed, null, expected, "packed_2_3_nomask");
    }
  }

  @ParameterizedTest
  @MethodSource("models")
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

  @ParameterizedTest
  @MethodSource("models")
  void folderIsWrittenAsItWasRead(Path folder) throws IOException {
    Llama model = load(folder);
    Path copy = Files.createTempDirectory("model");
    Files.write(copy.resolve("config.json"), HuggingFaceJson.bytes(model.config()));
    ModelFolder.save(copy.resolve("model.safetensors"), model.parameters());
    assertThat(ModelFolder.config(copy)).isEqualTo(model.config());
    Llama again = load(copy);
    long[] sequence = sequences().get(3);
    assertThat(logits(again, sequence, null)).isEqualTo(logits(model, sequence, null));
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
        Json.tree(Files.readAllBytes(CASES.resolve("inputs.json"))).path("sequences")) {
      long[] ids = new long[row.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = row.get(i).asLong();
      }
      sequences.add(ids);
    }
    return sequences;
  }

  private static void assertLogits(
      Llama model,
      long[] tokens,
      @Nullable DocumentMask mask,
      SafeTensorsFile expected,
      String name)
      throws IOException {
    TensorEntry entry = expected.entry(name);
    ByteBuffer bytes = ByteBuffer.allocate((int) entry.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    expected.read(entry, 0, bytes);
    FloatBuffer wanted = bytes.flip().asFloatBuffer();
    FloatBuffer found = logits(model, tokens, mask);
    assertThat(found.remaining()).isEqualTo(wanted.remaining());
    float worst = 0;
    for (int i = 0; i < wanted.remaining(); i++) {
      worst = Math.max(worst, Math.abs(wanted.get(i) - found.get(i)));
    }
    assertThat(worst).as(name).isCloseTo(0f, within(TOLERANCE));
  }

  private static FloatBuffer logits(Llama model, long[] tokens, @Nullable DocumentMask mask) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor logits = model.logits(Tensor.create(tokens).view(1, tokens.length), mask).contiguous();
      HostMemory memory = HostMemory.of(logits);
      ByteBuffer copy = ByteBuffer.allocate((int) memory.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      copy.put(memory.piece(0, (int) memory.bytes())).flip();
      return copy.asFloatBuffer();
    }
  }
}
