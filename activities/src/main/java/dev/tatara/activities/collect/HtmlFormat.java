package dev.tatara.activities.collect;

import dev.tatara.activities.collect.Harvest.Draft;
import java.io.IOException;
import java.io.InputStream;

/** One HTML page per file. */
record HtmlFormat(Pages pages) implements SourceFormat {
  @Override
  public void read(SourceBytes bytes, Harvest harvest) {
    String url = bytes.isOnTheWeb() ? bytes.uri() : null;
    try (InputStream in = bytes.unpacked()) {
      byte[] html = in.readNBytes(LARGEST_DOCUMENT_BYTES + 1);
      if (html.length > LARGEST_DOCUMENT_BYTES) {
        harvest.drop("too-large", "over 16 MiB", Draft.empty(url, html.length));
      } else {
        pages.harvest(html, url, null, html.length, harvest);
      }
    } catch (IOException e) {
      harvest.drop(SourceBytes.reason(e), String.valueOf(e.getMessage()), Draft.empty(url, 0));
    }
  }
}
