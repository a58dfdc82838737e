package dev.tatara.activities.dpo;

import dev.tatara.base.token.PairRow;
import dev.tatara.config.artifact.Account;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Tokenised preference pairs in the order of the sources. */
public record PairRows(List<PairRow> pairs, Account account) {
  public PairRows {
    pairs = List.copyOf(pairs);
  }

  /** Totals for the manifest. */
  SortedMap<String, Long> counts() {
    SortedMap<String, Long> counts = new TreeMap<>();
    counts.put("rows", (long) pairs.size());
    counts.put("prompt_tokens", pairs.stream().mapToLong(row -> row.prompt().size()).sum());
    counts.put("chosen_tokens", pairs.stream().mapToLong(row -> row.chosen().size()).sum());
    counts.put("rejected_tokens", pairs.stream().mapToLong(row -> row.rejected().size()).sum());
    return counts;
  }
}
