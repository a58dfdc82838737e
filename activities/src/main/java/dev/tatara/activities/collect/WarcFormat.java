package dev.tatara.activities.collect;

import dev.tatara.activities.collect.Harvest.Draft;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.netpreserve.jwarc.HttpResponse;
import org.netpreserve.jwarc.MediaType;
import org.netpreserve.jwarc.WarcRecord;
import org.netpreserve.jwarc.WarcResponse;
import org.netpreserve.jwarc.WarcTargetRecord;
import org.netpreserve.jwarc.WarcTruncationReason;

/**
 * Web archives (ISO 28500, and the older ARC): the HTML pages among the HTTP responses. Every
 * record counts as one document, whatever it is.
 */
record WarcFormat(Pages pages) implements SourceFormat {
  private static final int OK = 200;

  @Override
  public void read(SourceBytes bytes, Harvest harvest) {
    try (WarcRecords records = new WarcRecords(bytes, harvest)) {
      for (Optional<WarcRecord> next = records.next(); next.isPresent(); next = records.next()) {
        WarcRecord record = next.get();
        String url = record instanceof WarcTargetRecord target ? target.target() : null;
        Draft empty = Draft.empty(url, length(record));
        try {
          record(record, url, empty, harvest);
        } catch (IOException e) {
          if (SourceBytes.isCut(e)) {
            records.brokeOff();
          }
          harvest.drop(SourceBytes.reason(e), String.valueOf(e.getMessage()), empty);
        } catch (IllegalArgumentException e) {
          harvest.drop("malformed-record", String.valueOf(e.getMessage()), empty);
        }
      }
    }
  }

  private static long length(WarcRecord record) {
    return record.headers().first("Content-Length").map(WarcFormat::number).orElse(0L);
  }

  private static long number(String text) {
    try {
      return Math.max(0, Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private void record(WarcRecord record, @Nullable String url, Draft empty, Harvest harvest)
      throws IOException {
    if (!(record instanceof WarcResponse response)) {
      harvest.drop("not-a-response", record.type(), empty);
      return;
    }
    if (record.truncated() != WarcTruncationReason.NOT_TRUNCATED) {
      harvest.drop("truncated", "the crawler cut it off: " + record.truncated(), empty);
      return;
    }
    HttpResponse http = response.http();
    if (http.status() != OK) {
      harvest.drop("http-status", String.valueOf(http.status()), empty);
      return;
    }
    MediaType type = http.contentType();
    if (!isHtml(type)) {
      harvest.drop("not-html", type.base().toString(), empty);
      return;
    }
    page(http, type, url, empty, harvest);
  }

  private static boolean isHtml(MediaType type) {
    String base = type.base().toString().toLowerCase(Locale.ROOT);
    return base.equals("text/html") || base.equals("application/xhtml+xml");
  }

  private void page(
      HttpResponse http, MediaType type, @Nullable String url, Draft empty, Harvest harvest)
      throws IOException {
    try (InputStream body = http.bodyDecoded().stream()) {
      byte[] html = body.readNBytes(LARGEST_DOCUMENT_BYTES + 1);
      if (html.length > LARGEST_DOCUMENT_BYTES) {
        harvest.drop("too-large", "over 16 MiB", empty);
      } else {
        String charset = type.parameters().get("charset");
        pages.harvest(html, url, charset, empty.bytes(), harvest);
      }
    }
  }
}
