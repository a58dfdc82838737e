package dev.tatara.trainer.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafeTensorsTest {
  @TempDir private Path directory;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path file = directory.resolve("a.safetensors");
    SafeTensorsWriter.write(
        file,
        List.of(
            new SafeTensorsWriter.Source(
                "a", "F32", List.of(2L), sink -> sink.write(floats(1f, 2f))),
            new SafeTensorsWriter.Source(
                "b.weight", "F32", List.of(1L, 1L), sink -> sink.write(floats(3f)))));
    try (SafeTensorsFile read = SafeTensorsFile.open(file)) {
      assertThat(read.entries()).containsOnlyKeys("a", "b.weight");
      TensorEntry entry = read.entry("b.weight");
      assertThat(entry.shape()).containsExactly(1L, 1L);
      ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      read.read(entry, 0, value);
      assertThat(value.getFloat(0)).isEqualTo(3f);
      assertThatThrownBy(() -> read.entry("c"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("has no tensor \"c\"");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "9999999999|{}|header says",
        "-1|{}|header says it is 18446744073709551615 bytes",
        "0|[]|no JSON object",
        "0|{\"a\"|no JSON",
        "0|not json|no JSON",
        "0|{\"a\":1}|no JSON object",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} x|no JSON",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} {}|behind the JSON object",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|has \"a\" twice",
        "0|{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|has \"a.dtype\" twice",
        "0|{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}|F99",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}|shape",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}|shape",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}|shape",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}|shape",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}|data_offsets",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}|lacks its shape or data_offsets",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}|offsets give it -4",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"offsets\":[0,4]}}|unknown \"offsets\"",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|needs 8 bytes, its offsets give it 4",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|leave a gap",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}|impossible shape",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|overlap",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|it is cut off",
        "0|{}|need 0 bytes of data, there are 4: it is too long",
      })
  void hostileFilesAreRefusedWithAReason(long length, String header, String reason)
      throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length == 0 ? json.length : length).put(json);
    Path file = directory.resolve("bad.safetensors");
    Files.write(file, bytes.array());
    assertThatThrownBy(() -> SafeTensorsFile.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("bad.safetensors is not a valid safetensors file")
        .hasMessageContaining(reason);
  }

  @Test
  void deeplyNestedMetadataIsRefusedBeforeItFillsMemory() throws IOException {
    String deep = "{\"__metadata__\":" + "[".repeat(1 << 20);
    byte[] json = deep.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    Path file = directory.resolve("deep.safetensors");
    Files.write(file, bytes.putLong(json.length).put(json).array());
    assertThatThrownBy(() -> SafeTensorsFile.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no JSON");
  }

  @Test
  void truncatedFileIsRefused() throws IOException {
    Path file = directory.resolve("short.safetensors");
    Files.write(file, new byte[5]);
    assertThatThrownBy(() -> SafeTensorsFile.open(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("only 5 bytes");
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.flip();
  }
}
