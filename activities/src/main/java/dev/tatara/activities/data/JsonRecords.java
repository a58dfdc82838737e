package dev.tatara.activities.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdInputStream;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of JSON objects: one array or JSON lines, plain or packed with gzip or Zstandard. A
 * broken record is handed on as such; in an array what follows it is lost with it.
 */
public final class JsonRecords {
  private static final int BUFFER = 1 << 16;
  private static final int MOST_SPACE_BEFORE = 1 << 10;

  private JsonRecords() {}

  /**
   * @param object null if it is not a JSON object
   */
  public record Row(@Nullable ObjectNode object) {}

  /**
   * Hands the first records on, in order.
   *
   * @param most records at most
   * @return records that were handed on
   * @throws InvalidInputException if the file cannot be read to its end
   */
  public static long read(
      Sources sources, Sources.SourceFile file, long most, Consumer<Row> consumer) {
    try (InputStream in = unpacked(new BufferedInputStream(sources.open(file), BUFFER))) {
      return startsArray(in) ? array(in, most, consumer) : lines(in, most, consumer);
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s cannot be read to its end (%s); fetch it again, or check that it is whole"
              .formatted(file.uri(), e.getMessage()),
          e);
    }
  }

  private static InputStream unpacked(InputStream raw) throws IOException {
    raw.mark(4);
    byte[] magic = raw.readNBytes(4);
    raw.reset();
    if (magic.length >= 2 && magic[0] == 0x1F && magic[1] == (byte) 0x8B) {
      return new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER);
    }
    boolean zstandard =
        magic.length == 4
            && magic[0] == 0x28
            && magic[1] == (byte) 0xB5
            && magic[2] == 0x2F
            && magic[3] == (byte) 0xFD;
    return zstandard ? new BufferedInputStream(new ZstdInputStream(raw), BUFFER) : raw;
  }

  /** Skips a byte order mark and white space, and looks at what follows. */
  private static boolean startsArray(InputStream in) throws IOException {
    for (int skipped = 0; skipped < MOST_SPACE_BEFORE; skipped++) {
      in.mark(1);
      int first = in.read();
      boolean mark = first == 0xEF || first == 0xBB || first == 0xBF;
      if (!mark && (first < 0 || !Character.isWhitespace(first))) {
        in.reset();
        return first == '[';
      }
    }
    return false;
  }

  private static long array(InputStream in, long most, Consumer<Row> consumer) throws IOException {
    long read = 0;
    try (JsonParser parser = Json.MAPPER.createParser(in)) {
      parser.nextToken();
      while (read < most && parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() == null) {
          throw new EOFException("its array does not end");
        }
        JsonNode value = Json.MAPPER.readTree(parser);
        consumer.accept(new Row(value instanceof ObjectNode object ? object : null));
        read++;
      }
    } catch (JsonProcessingException | EOFException e) {
      consumer.accept(new Row(null));
      read++;
    }
    return read;
  }

  private static long lines(InputStream in, long most, Consumer<Row> consumer) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    long read = 0;
    for (String line = lines.readLine(); line != null && read < most; line = lines.readLine()) {
      if (!line.isBlank()) {
        consumer.accept(new Row(object(line)));
        read++;
      }
    }
    return read;
  }

  private static @Nullable ObjectNode object(String line) {
    try {
      return Json.MAPPER.readTree(line) instanceof ObjectNode object ? object : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
