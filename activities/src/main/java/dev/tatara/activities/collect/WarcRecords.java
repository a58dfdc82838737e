package dev.tatara.activities.collect;

import dev.tatara.activities.collect.Harvest.Draft;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.netpreserve.jwarc.WarcReader;
import org.netpreserve.jwarc.WarcRecord;

/**
 * The records of a web archive, past damaged places: behind one, reading goes on at the next spot
 * that looks like the start of a record. Each damaged place counts as one dropped document.
 */
final class WarcRecords implements AutoCloseable {
  /** More than this and the file is not worth its time. */
  private static final int MOST_DAMAGES = 1000;

  private final SourceBytes bytes;
  private final Harvest harvest;
  private @Nullable WarcReader reader;

  /** The stream behind damage; the first one belongs to the source. */
  private @Nullable InputStream again;

  /** Offset of the reader's first byte in the file. */
  private long base;

  private int damages;
  private boolean endedWithin;

  WarcRecords(SourceBytes bytes, Harvest harvest) {
    this.bytes = bytes;
    this.harvest = harvest;
  }

  /** The last record was cut off by the end of the file, and counted so. */
  void endsWithin() {
    endedWithin = true;
  }

  /** The next readable record; damaged places before it have been counted. */
  Optional<WarcRecord> next() {
    boolean counted = false;
    while (true) {
      long start = base + position();
      try {
        Optional<WarcRecord> record = open().next();
        endedWithin = false;
        return record;
      } catch (EOFException e) {
        if (!counted && !endedWithin) {
          drop("truncated", "the file ends within a record");
        }
        return Optional.empty();
      } catch (IOException | IllegalArgumentException e) {
        if (!counted) {
          drop("malformed-record", String.valueOf(e.getMessage()));
          counted = true;
        }
        if (++damages > MOST_DAMAGES || !resume(start + 1)) {
          return Optional.empty();
        }
      }
    }
  }

  private void drop(String reason, String detail) {
    harvest.drop(reason, detail, Draft.empty(null, 0));
  }

  private long position() {
    return reader == null ? 0 : reader.position();
  }

  private WarcReader open() throws IOException {
    if (reader == null) {
      reader = lenient(new WarcReader(bytes.raw()));
    }
    return reader;
  }

  /** Broken headers of one field should not cost the record. */
  private static WarcReader lenient(WarcReader reader) {
    reader.setLenient(true);
    return reader;
  }

  /** Goes on at the next start of a record from the offset on; false if there is none. */
  private boolean resume(long offset) {
    try {
      long found = RecordStart.find(bytes.from(offset));
      if (found < 0) {
        return false;
      }
      close();
      base = offset + found;
      again = bytes.from(base);
      reader = lenient(new WarcReader(again));
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (again != null) {
      try {
        again.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
