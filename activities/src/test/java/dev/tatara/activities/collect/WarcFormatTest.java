package dev.tatara.activities.collect;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarcFormatTest {
  private static final String PAGE =
      "<html><title>T</title><body><p>This is a page with a paragraph that is long enough to be"
          + " taken for main content.</p></body></html>";

  private final WarcFormat format = new WarcFormat(new Pages());

  @ParameterizedTest
  @CsvSource({
    "whirlwind.warc.gz, 1, {not-a-response=3}",
    "warcio/example.warc, 1, {not-a-response=5}",
    "warcio/example.warc.gz, 1, {not-a-response=5}",
    "warcio/example.arc, 1, {not-a-response=1}",
    "warcio/example.arc.gz, 1, {not-a-response=1}",
    "warcio/example-bad-non-chunked.warc.gz, 1, {not-a-response=5}",
    "warcio/example-bad.warc.gz.bad, 1, '{http-status=1, not-a-response=4}'",
    "warcio/example-digest.warc, 0, {not-a-response=4}",
    "warcio/example-iana.org-chunked.warc, 1, {not-a-response=2}",
    "warcio/example-resource.warc.gz, 0, {not-a-response=3}",
    "warcio/example-space-in-target-uri.warc.gz, 0, {not-a-response=2}",
    "warcio/example-trunc.warc, 0, '{not-a-response=3, truncated=1}'",
    "warcio/example-wget-bad-target-uri.warc.gz, 1, {not-a-response=5}",
    "warcio/example-wrong-chunks.warc.gz, 1, {not-a-response=1}",
    "warcio/post-test.warc.gz, 0, '{not-a-response=3, not-html=3}'",
    "warcio/bad.arc, 0, {malformed-record=1}",
    "warcio/example-space-in-url.arc, 0, '{malformed-record=1, not-a-response=1}'",
  })
  void accountsForEveryRecordOfOddArchives(String file, int kept, String dropped) {
    Harvested harvested = Harvested.of(format, Harvested.resource(file));

    assertThat(harvested.dropped().toString()).isEqualTo(dropped);
    assertThat(harvested.kept()).hasSize(kept);
  }

  @Test
  void givesEachPageItsAddressDigestAndTitle() {
    var document = Harvested.of(format, Harvested.resource("whirlwind.warc.gz")).kept().get(0);

    assertThat(document.id()).isEqualTo("web:00000:00000002");
    assertThat(document.url()).isEqualTo("https://an.wikipedia.org/wiki/Escopete");
    assertThat(document.title()).startsWith("Escopete");
    assertThat(document.language()).isEqualTo("an");
    assertThat(document.license()).isEqualTo("CC0-1.0");
    assertThat(document.digest()).hasSize(64);
    assertThat(document.text()).contains("47 km de Guadalachara").doesNotContain("Menú de navego");
  }

  @Test
  void countsWhatWasReadOfACutArchiveAndOneTruncatedEntry() throws IOException {
    byte[] whole = members(20);

    Harvested cut = Harvested.of(format, Arrays.copyOf(whole, whole.length - 10));
    Harvested atMember = Harvested.of(format, Arrays.copyOf(whole, whole.length / 20 * 7));

    assertThat(cut.kept()).hasSize(19);
    assertThat(cut.dropped()).isEqualTo(Map.of("truncated", 1L));
    assertThat(atMember.kept()).hasSize(7);
    assertThat(atMember.dropped()).isEmpty();
  }

  @Test
  void goesOnBehindADamagedPlace() throws IOException {
    byte[] damaged = members(20);
    int member = damaged.length / 20;
    Arrays.fill(damaged, 5 * member + 20, 5 * member + 60, (byte) 0x55);

    Harvested harvested = Harvested.of(format, damaged);

    assertThat(harvested.dropped().toString()).contains("=1").doesNotContain("=2");
    assertThat(harvested.kept()).hasSize(19);
  }

  @Test
  void goesOnBehindGarbageInAPlainArchive() throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    archive.write(record("200 OK", "text/html", PAGE.getBytes(StandardCharsets.UTF_8)));
    archive.write("garbage that is no record\r\nand goes on\r\n".getBytes(StandardCharsets.UTF_8));
    archive.write(record("200 OK", "text/html", PAGE.getBytes(StandardCharsets.UTF_8)));

    Harvested harvested = Harvested.of(format, archive.toByteArray());

    assertThat(harvested.kept()).hasSize(2);
    assertThat(harvested.dropped()).isEqualTo(Map.of("malformed-record", 1L));
  }

  @Test
  void readsZstandard() throws IOException {
    byte[] record = record("200 OK", "text/html", PAGE.getBytes(StandardCharsets.UTF_8));

    assertThat(Harvested.of(format, Zstd.compress(record)).kept()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "404 Not Found, text/html, {http-status=1}",
    "200 OK, application/pdf, {not-html=1}",
    "200 OK, '', {not-html=1}",
    "nonsense, text/html, {malformed-record=1}",
  })
  void dropsOtherResponsesByReason(String status, String type, String dropped) throws IOException {
    byte[] archive = record(status, type, PAGE.getBytes(StandardCharsets.UTF_8));

    assertThat(Harvested.of(format, archive).dropped().toString()).isEqualTo(dropped);
  }

  @Test
  void dropsPagesThatAreTooLargeOrHaveNoContent() throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    archive.write(record("200 OK", "text/html", new byte[SourceFormat.LARGEST_DOCUMENT_BYTES + 1]));
    archive.write(record("200 OK", "text/html", new byte[0]));

    assertThat(Harvested.of(format, archive.toByteArray()).dropped())
        .isEqualTo(Map.of("no-main-content", 1L, "too-large", 1L));
  }

  @ParameterizedTest
  @CsvSource({
    "Shift_JIS, text/html; charset=Shift_JIS, ''",
    "EUC-JP, text/html, <meta charset=euc-jp>",
    "EUC-JP, text/html; charset=UTF-8, ''",
    "windows-1252, text/html; charset=iso-8859-1, ''",
    "UTF-8, text/html; charset=nonsense, ''",
    "UTF-16LE, text/html; charset=utf-16le, ''",
  })
  void findsTheCharset(String charset, String type, String meta) throws IOException {
    boolean western = charset.startsWith("windows");
    String sentence =
        western
            ? "“Prêt à porter” – das Gewürz für Straßenköche, die es eilig haben."
            : "これは文字コードを調べるための文章であり、十分な長さの日本語でなければなりません。";
    String html = "<html>" + meta + "<body><p>" + sentence.repeat(3) + "</p></body></html>";

    Harvested harvested =
        Harvested.of(format, record("200 OK", type, html.getBytes(Charset.forName(charset))));

    assertThat(harvested.kept()).hasSize(1);
    assertThat(harvested.kept().get(0).text()).contains(sentence);
  }

  @Test
  void unpacksContentEncodings() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(PAGE.getBytes(StandardCharsets.UTF_8));
    }

    byte[] archive = record("200 OK", "text/html\r\nContent-Encoding: gzip", packed.toByteArray());

    assertThat(Harvested.of(format, archive).kept()).hasSize(1);
  }

  /** Gzip members of equal length, as archives are packed: one per record. */
  private static byte[] members(int count) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(archive)) {
        gzip.write(record("200 OK", "text/html", PAGE.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return archive.toByteArray();
  }

  private static byte[] record(String status, String type, byte[] body) throws IOException {
    ByteArrayOutputStream http = new ByteArrayOutputStream();
    String header = type.isEmpty() ? "" : "Content-Type: " + type + "\r\n";
    http.write(
        "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(status, header, body.length)
            .getBytes(StandardCharsets.US_ASCII));
    http.write(body);
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.write(
        """
        WARC/1.0\r
        WARC-Type: response\r
        WARC-Record-ID: <urn:uuid:352c8382-6463-43fb-9f00-d4d007d14c63>\r
        WARC-Date: 2024-01-01T00:00:00Z\r
        WARC-Target-URI: http://a.example/\r
        Content-Type: application/http; msgtype=response\r
        Content-Length: %d\r
        \r
        """
            .formatted(http.size())
            .getBytes(StandardCharsets.US_ASCII));
    record.write(http.toByteArray());
    record.write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return record.toByteArray();
  }
}
