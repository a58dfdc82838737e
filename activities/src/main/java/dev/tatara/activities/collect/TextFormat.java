package dev.tatara.activities.collect;

import dev.tatara.activities.collect.Harvest.Draft;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** One document per file, UTF-8. */
record TextFormat() implements SourceFormat {
  @Override
  public void read(SourceBytes bytes, Harvest harvest) {
    String url = bytes.isOnTheWeb() ? bytes.uri() : null;
    try (InputStream in = bytes.unpacked()) {
      byte[] content = in.readNBytes(LARGEST_DOCUMENT_BYTES + 1);
      Draft empty = Draft.empty(url, content.length);
      if (content.length > LARGEST_DOCUMENT_BYTES) {
        harvest.drop("too-large", "over 16 MiB", empty);
        return;
      }
      Optional<String> text = Utf8.decode(content, content.length);
      if (text.isEmpty()) {
        harvest.drop("invalid-utf8", "not UTF-8; convert the file", empty);
      } else if (text.get().isBlank()) {
        harvest.drop("no-text", "only white space", empty);
      } else {
        harvest.keep(new Draft(url, Json.sha256(content), content.length, null, null, text.get()));
      }
    } catch (IOException e) {
      harvest.drop(SourceBytes.reason(e), String.valueOf(e.getMessage()), Draft.empty(url, 0));
    }
  }
}
