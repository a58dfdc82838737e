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
            new SafeTensorsWriter.Source("a", List.of(2L), sink -> sink.write(floats(1f, 2f))),
            new SafeTensorsWriter.Source(
                "b.weight", List.of(1L, 1L), sink -> sink.write(floats(3f)))));
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
        "-1|{}|header says",
        "0|[]|no JSON object",
        "0|{\"a\"|no JSON",
        "0|{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}|F99",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}|shape",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|has 4 bytes",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|expected",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}|shape",
        "0|{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|expected",
        "0|{}|need 0 bytes of data, there are 4",
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
