package dev.tatara.activities.collect;

import dev.tatara.activities.collect.Harvest.Draft;
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
  private static final int MOST_DAMAGES = 100;

  private final SourceBytes bytes;
  private final Harvest harvest;
  private @Nullable WarcReader reader;

  /** The stream behind damage; the first one belongs to the source. */
  private @Nullable InputStream again;

  /** Offset of the reader's first byte in the file. */
  private long base;

  private int damages;

  /** The place being passed has been counted. */
  private boolean counted;

  WarcRecords(SourceBytes bytes, Harvest harvest) {
    this.bytes = bytes;
    this.harvest = harvest;
  }

  /** The last record broke off and was counted; what its end does to the next is no news. */
  void brokeOff() {
    counted = true;
  }

  /** The next readable record; damaged places before it have been counted. */
  Optional<WarcRecord> next() {
    while (true) {
      long start = base + position();
      try {
        Optional<WarcRecord> record = open().next();
        counted = false;
        return record;
      } catch (IOException e) {
        damaged(SourceBytes.reason(e), e);
      } catch (IllegalArgumentException e) {
        damaged("malformed-record", e);
      }
      if (++damages > MOST_DAMAGES || !resume(start + 1)) {
        return Optional.empty();
      }
    }
  }

  private void damaged(String reason, Exception e) {
    if (!counted) {
      harvest.drop(reason, String.valueOf(e.getMessage()), Draft.empty(null, 0));
      counted = true;
    }
  }

  private long position() {
    return reader == null ? 0 : reader.position();
  }

  private WarcReader open() throws IOException {
    if (reader == null) {
      reader = lenient(new WarcReader(bytes.archive()));
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
      long found = RecordStart.find(bytes.archiveFrom(offset));
      if (found < 0) {
        return false;
      }
      close();
      base = offset + found;
      again = bytes.archiveFrom(base);
      reader = lenient(new WarcReader(again));
      return true;
    } catch (IOException e) {
      // Damage that does not even let the packing be read again: the rest is lost, as counted.
      return false;
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
