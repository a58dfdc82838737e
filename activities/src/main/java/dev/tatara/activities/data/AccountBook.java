package dev.tatara.activities.data;

import dev.tatara.config.artifact.Account;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts documents while a shard is worked on. Not thread-safe: one book per shard. */
public final class AccountBook {
  private final SortedMap<String, Account.Row> rows = new TreeMap<>();

  /** One more document was kept. */
  public void keep(String source, long bytesIn, long bytesKept) {
    add(source, new Account.Row(1, 1, new TreeMap<>(), bytesIn, bytesKept));
  }

  /** One more document was dropped. */
  public void drop(String source, String reason, long bytesIn) {
    add(source, new Account.Row(1, 0, new TreeMap<>(Map.of(reason, 1L)), bytesIn, 0));
  }

  private void add(String source, Account.Row row) {
    Account one = new Account(new TreeMap<>(Map.of(source, row)));
    rows.putAll(new Account(rows).plus(one).sources());
  }

  /** The account so far. */
  public Account account() {
    return new Account(rows);
  }

  /** UTF-8 bytes of a text. */
  public static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
