package dev.tatara.activities.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.tatara.config.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class JsonRecordsTest {
  private static final String LINES = "{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}";

  private static List<String> read(byte[] file, long most) {
    MemorySources sources = new MemorySources().with("file:x", file);
    List<String> rows = new ArrayList<>();
    long read =
        JsonRecords.read(
            sources,
            sources.list("file:x").get(0),
            most,
            row -> rows.add(row.object() == null ? "broken" : row.object().toString()));
    assertThat(rows).hasSize((int) read);
    return rows;
  }

  private static List<String> read(String file) {
    return read(bytes(file), Long.MAX_VALUE);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void readsLinesAndArraysPlainAndPacked() throws IOException {
    List<String> rows = List.of("{\"a\":1}", "{\"a\":2}", "{\"a\":3}");

    assertThat(read(LINES)).isEqualTo(rows);
    assertThat(read("\uFEFF \n[{\"a\":1},{\"a\":2},{\"a\":3}]")).isEqualTo(rows);
    assertThat(read(gzip(bytes(LINES)), 10)).isEqualTo(rows);
    assertThat(read(Zstd.compress(bytes(LINES)), 10)).isEqualTo(rows);
    assertThat(read("")).isEmpty();
    assertThat(read("[]")).isEmpty();
  }

  @Test
  void brokenRecordsAreHandedOnAsSuch() {
    assertThat(read("{\"a\":1}\n{\"a\":\n7\n{\"a\":3}"))
        .containsExactly("{\"a\":1}", "broken", "broken", "{\"a\":3}");
    assertThat(read("[{\"a\":1}, 7, {\"a\":")).containsExactly("{\"a\":1}", "broken", "broken");
    assertThat(read("[{\"a\":1}")).containsExactly("{\"a\":1}", "broken");
  }

  @Test
  void stopsAtTheLimit() {
    assertThat(read(bytes(LINES), 2)).hasSize(2);
    assertThat(read(bytes("[{\"a\":1},{\"a\":2}]"), 1)).hasSize(1);
  }

  @Test
  void aTruncatedPackedFileIsSaidToBeSo() throws IOException {
    byte[] packed = gzip(bytes(LINES));

    assertThatThrownBy(() -> read(Arrays.copyOf(packed, packed.length - 9), 10))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("file:x cannot be read to its end");
  }
}
