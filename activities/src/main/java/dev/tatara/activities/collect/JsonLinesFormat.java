package dev.tatara.activities.collect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.activities.collect.Harvest.Draft;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object per line. {@code title} and {@code url} are taken over if they are strings; blank
 * lines are not records.
 */
record JsonLinesFormat(String textField) implements SourceFormat {
  private static final int SHOWN = 200;

  @Override
  public void read(SourceBytes bytes, Harvest harvest) {
    LineBytes lines = new LineBytes(LARGEST_DOCUMENT_BYTES);
    try (InputStream in = bytes.unpacked()) {
      while (lines.next(in)) {
        line(lines, harvest);
      }
    } catch (IOException e) {
      harvest.drop(
          SourceBytes.reason(e),
          "unpacking failed: " + e.getMessage(),
          Draft.empty(null, lines.total()));
    }
  }

  private void line(LineBytes line, Harvest harvest) {
    if (line.isBlank()) {
      return;
    }
    Draft empty = Draft.empty(null, line.total());
    if (line.isTooLong()) {
      harvest.drop("too-large", line.total() + " bytes", empty);
      return;
    }
    Optional<String> text = Utf8.decode(line.bytes(), line.length());
    if (text.isEmpty()) {
      harvest.drop("invalid-utf8", "line is not UTF-8", empty);
      return;
    }
    JsonNode node = parse(text.get());
    if (node == null || !node.isObject()) {
      harvest.drop("malformed-line", shown(text.get()), empty);
      return;
    }
    JsonNode content = node.path(textField);
    if (!content.isTextual() || content.textValue().isBlank()) {
      harvest.drop("no-text", "field %s has no text".formatted(textField), empty);
      return;
    }
    String digest = Json.sha256(Arrays.copyOf(line.bytes(), line.length()));
    harvest.keep(
        new Draft(
            string(node, "url"),
            digest,
            line.total(),
            string(node, "title"),
            null,
            content.textValue()));
  }

  private static @Nullable JsonNode parse(String line) {
    try {
      return Json.MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static String shown(String line) {
    return "not a JSON object: " + line.substring(0, Math.min(SHOWN, line.length()));
  }

  private static @Nullable String string(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isTextual() && !value.textValue().isBlank() ? value.textValue() : null;
  }
}
