package dev.tatara.activities.collect;

import dev.tatara.activities.collect.Harvest.Draft;
import dev.tatara.activities.extract.Extraction;
import dev.tatara.activities.extract.ExtractionLimits;
import dev.tatara.activities.extract.PageExtractor;
import dev.tatara.config.Json;
import org.jspecify.annotations.Nullable;

/** Web pages as documents: charset, then main content. */
final class Pages {
  private final PageExtractor extractor = new PageExtractor(ExtractionLimits.DEFAULT);

  /**
   * @param html bytes as the server meant them, without transfer and content encodings
   * @param charset from the HTTP header, if there was one
   * @param bytesIn what the account counts
   */
  void harvest(
      byte[] html, @Nullable String url, @Nullable String charset, long bytesIn, Harvest harvest) {
    String digest = Json.sha256(html);
    Extraction extraction = extractor.extract(Charsets.decode(html, charset));
    if (extraction instanceof Extraction.Page page) {
      harvest.keep(new Draft(url, digest, bytesIn, page.title(), page.language(), page.text()));
    } else if (extraction instanceof Extraction.Nothing nothing) {
      harvest.drop(
          nothing.reason(), nothing.detail(), new Draft(url, digest, bytesIn, null, null, ""));
    }
  }
}
