package dev.tatara.config.artifact;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where every document went, by source: in = kept + dropped by named reason. Checked wherever two
 * accounts meet, so a lost document is an error and never a silence.
 *
 * @param sources rows by name of the source
 */
public record Account(SortedMap<String, Row> sources) {
  public static final Account EMPTY = new Account(new TreeMap<>());

  public Account {
    sources = new TreeMap<>(sources == null ? Map.of() : sources);
  }

  /**
   * One source's documents.
   *
   * @param in documents read
   * @param kept documents handed on
   * @param dropped documents left out, by reason; reasons are few words from a fixed set
   * @param bytesIn UTF-8 bytes of text (raw bytes in {@code collect}) read
   * @param bytesKept UTF-8 bytes of text handed on
   */
  public record Row(
      long in, long kept, SortedMap<String, Long> dropped, long bytesIn, long bytesKept) {
    public Row {
      dropped = new TreeMap<>(dropped == null ? Map.of() : dropped);
    }

    /** Documents dropped for any reason. */
    public long droppedTotal() {
      return dropped.values().stream().mapToLong(Long::longValue).sum();
    }

    Row plus(Row other) {
      SortedMap<String, Long> sum = new TreeMap<>(dropped);
      other.dropped.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
      return new Row(
          in + other.in,
          kept + other.kept,
          sum,
          bytesIn + other.bytesIn,
          bytesKept + other.bytesKept);
    }
  }

  /** Both accounts together. */
  public Account plus(Account other) {
    SortedMap<String, Row> sum = new TreeMap<>(sources);
    other.sources.forEach((source, row) -> sum.merge(source, row, Row::plus));
    return new Account(sum);
  }

  /** All sources together. */
  public Row total() {
    return sources.values().stream().reduce(new Row(0, 0, new TreeMap<>(), 0, 0), Row::plus);
  }

  /**
   * This account, if it adds up.
   *
   * @throws IllegalStateException if some source's documents in are not kept plus dropped
   */
  public Account balanced(String where) {
    sources.forEach(
        (source, row) -> {
          if (row.in() != row.kept() + row.droppedTotal()) {
            throw new IllegalStateException(
                "%s: source %s has %d documents in, but %d kept and %d dropped; %d are unaccounted for"
                    .formatted(
                        where,
                        source,
                        row.in(),
                        row.kept(),
                        row.droppedTotal(),
                        row.in() - row.kept() - row.droppedTotal()));
          }
        });
    return this;
  }
}
