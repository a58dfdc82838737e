package dev.tatara.activities.collect;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class FileFormatsTest {
  private final JsonLinesFormat lines = new JsonLinesFormat("text");

  @Test
  void takesTextTitleAndAddressFromEachLine() {
    Harvested harvested =
        Harvested.of(
            lines,
            utf8("{\"text\": \"一\", \"title\": \"題\", \"url\": \"u\"}\n\n{\"text\": \"two\"}\r\n"));

    assertThat(harvested.kept())
        .extracting(document -> List.of(document.id(), document.text()))
        .containsExactly(List.of("web:00000:00000000", "一"), List.of("web:00000:00000001", "two"));
    assertThat(harvested.kept().get(0).title()).isEqualTo("題");
    assertThat(harvested.kept().get(0).url()).isEqualTo("u");
    assertThat(harvested.dropped()).isEmpty();
  }

  @Test
  void countsEachBadLineByReason() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(
        utf8("{\"text\": \"good\"}\n{\"text\": \n[1]\n{\"body\": \"x\"}\n{\"text\": \" \"}\n"));
    file.write(new byte[] {'{', '"', (byte) 0xFF, '"', '}', '\n'});
    file.write(utf8("{\"text\": \"last, without a line end\"}"));

    Harvested harvested = Harvested.of(lines, file.toByteArray());

    assertThat(harvested.kept()).hasSize(2);
    assertThat(harvested.dropped())
        .isEqualTo(Map.of("malformed-line", 2L, "no-text", 2L, "invalid-utf8", 1L));
  }

  @Test
  void unpacksGzipAndZstandard() throws IOException {
    byte[] line = utf8("{\"text\": \"packed\"}\n");

    assertThat(Harvested.of(lines, gzip(line)).kept()).hasSize(1);
    assertThat(Harvested.of(lines, Zstd.compress(line)).kept()).hasSize(1);
  }

  @Test
  void countsACutFileAsOneTruncatedEntry() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      many.append("{\"text\": \"line ").append(i * 7919L).append("\"}\n");
    }
    for (byte[] packed :
        List.of(gzip(utf8(many.toString())), Zstd.compress(utf8(many.toString())))) {
      Harvested cut = Harvested.of(lines, Arrays.copyOf(packed, packed.length - 100));

      assertThat(cut.dropped()).isEqualTo(Map.of("truncated", 1L));
    }
    byte[] gzip = gzip(utf8(many.toString()));
    assertThat(Harvested.of(lines, Arrays.copyOf(gzip, gzip.length / 2)).kept())
        .hasSizeBetween(1000, 4000);
  }

  @Test
  void dropsLinesThatAreTooLong() {
    String tooLong = "{\"text\": \"" + "x".repeat(SourceFormat.LARGEST_DOCUMENT_BYTES) + "\"}\n";

    Harvested harvested = Harvested.of(lines, utf8(tooLong + "{\"text\": \"next\"}\n"));

    assertThat(harvested.dropped()).isEqualTo(Map.of("too-large", 1L));
    assertThat(harvested.kept()).hasSize(1);
  }

  @Test
  void takesAFileAsOneDocument() throws IOException {
    Harvested text = Harvested.of(new TextFormat(), gzip(utf8("\uFEFFwhole file\n")));
    Harvested html =
        Harvested.of(
            new HtmlFormat(new Pages()),
            utf8("<title>t</title><p>A paragraph that is long enough to be kept as content."));

    assertThat(text.kept()).extracting("text").containsExactly("whole file\n");
    assertThat(html.kept()).extracting("title").containsExactly("t");
    assertThat(Harvested.of(new TextFormat(), utf8(" \n")).dropped())
        .isEqualTo(Map.of("no-text", 1L));
    assertThat(Harvested.of(new TextFormat(), new byte[] {(byte) 0xFF}).dropped())
        .isEqualTo(Map.of("invalid-utf8", 1L));
    assertThat(Harvested.of(new HtmlFormat(new Pages()), new byte[0]).dropped())
        .isEqualTo(Map.of("no-main-content", 1L));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    return packed.toByteArray();
  }
}
