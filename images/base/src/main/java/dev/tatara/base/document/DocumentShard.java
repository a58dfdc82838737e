package dev.tatara.base.document;

import com.fasterxml.jackson.databind.MappingIterator;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import dev.tatara.config.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Records as JSON lines, compressed with Zstandard: what lies between text stages. */
public final class DocumentShard {
  private static final int LEVEL = 3;

  private DocumentShard() {}

  /** The shard's bytes; equal records give equal bytes. */
  public static byte[] write(Iterable<?> records) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream(1 << 20);
    for (Object each : records) {
      lines.writeBytes(Json.bytes(each));
      lines.write('\n');
    }
    return Zstd.compress(lines.toByteArray(), LEVEL);
  }

  /** All records of a shard. */
  public static <T> List<T> read(byte[] shard, Class<T> type) {
    List<T> records = new ArrayList<>();
    read(new ByteArrayInputStream(shard), type, records::add);
    return records;
  }

  /** Hands each record of a shard to the consumer, in order; closes the stream. */
  public static <T> void read(InputStream shard, Class<T> type, Consumer<T> consumer) {
    try (InputStream lines = new BufferedInputStream(new ZstdInputStream(shard), 1 << 16);
        MappingIterator<T> records = Json.MAPPER.readerFor(type).readValues(lines)) {
      while (records.hasNext()) {
        consumer.accept(records.next());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("A document shard cannot be read: " + e.getMessage(), e);
    }
  }
}
