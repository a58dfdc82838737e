package dev.tatara.evaluator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import dev.tatara.evaluator.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @Test
  void readsTensorsFromFileAndMemoryAlike(@TempDir Path folder) throws Exception {
    byte[] bytes = TinyModel.safetensors(Map.of("a:2,2", new float[] {1, 2, 3, 4}));
    Path file = Files.write(folder.resolve("a.safetensors"), bytes);
    for (Safetensors tensors : List.of(Safetensors.of(bytes, "memory"), Safetensors.open(file))) {
      assertThat(tensors.names()).containsExactly("a");
      assertThat(tensors.shape("a")).containsExactly(2L, 2L);
      assertThat(tensors.floats("a")).containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void widensHalfPrecision() {
    // 1.0 as bfloat16, then 1.0, -2.5, the smallest subnormal and infinity as binary16
    byte[] data = {(byte) 0x80, 0x3f, 0, 0x3c, 0, (byte) 0xc1, 1, 0, 0, 0x7c};
    String header =
        """
        {"b":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},
         "h":{"dtype":"F16","shape":[4],"data_offsets":[2,10]}}""";
    Safetensors tensors = Safetensors.of(TinyModel.safetensors(header, data), "memory");
    assertThat(tensors.floats("b")).containsExactly(1f);
    assertThat(tensors.floats("h")).containsExactly(1f, -2.5f, 0x1p-24f, Float.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{\"a\":3}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
        "{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        // too short, too long, backwards, negative, beyond the end
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}",
        // a size that wraps around to 4 bytes
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
        // twice the same bytes, twice the same name, a hole at the end
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}",
      })
  void refusesAHeaderThatLies(String header) {
    assertRefused(TinyModel.safetensors(header, new byte[4]));
  }

  @Test
  void refusesAHeaderLongerThanTheFile() {
    assertRefused(new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, '{', '}'});
    assertRefused(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'});
    assertRefused(new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
  }

  @Test
  void refusesAFileThatIsCutShortAnywhere() {
    byte[] whole = TinyModel.safetensors(Map.of("a:3", new float[] {1, 2, 3}));
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length));
    }
  }

  private static void assertRefused(byte[] bytes) {
    assertThatThrownBy(() -> Safetensors.of(bytes, "x.safetensors"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("x.safetensors is no whole safetensors file");
  }
}
