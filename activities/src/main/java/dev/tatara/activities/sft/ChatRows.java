package dev.tatara.activities.sft;

import dev.tatara.base.token.ChatRow;
import dev.tatara.config.artifact.Account;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tokenised chats.
 *
 * @param train rows to train on, in the order of the sources
 * @param heldOut rows that are only measured on
 */
public record ChatRows(List<ChatRow> train, List<ChatRow> heldOut, Account account) {
  public ChatRows {
    train = List.copyOf(train);
    heldOut = List.copyOf(heldOut);
  }

  /** Totals for the manifest. */
  SortedMap<String, Long> counts() {
    SortedMap<String, Long> counts = new TreeMap<>();
    counts.put("rows", (long) train.size());
    counts.put("heldout_rows", (long) heldOut.size());
    counts.put("tokens", train.stream().mapToLong(row -> row.ids().size()).sum());
    counts.put("target_tokens", targets(train));
    counts.put("heldout_target_tokens", targets(heldOut));
    return counts;
  }

  private static long targets(List<ChatRow> rows) {
    return rows.stream().flatMap(row -> row.mask().stream()).mapToLong(Integer::longValue).sum();
  }
}
