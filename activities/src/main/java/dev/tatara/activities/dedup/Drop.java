package dev.tatara.activities.dedup;

import java.util.Locale;

/**
 * One document that will be dropped: a line of the drop list of its shard.
 *
 * @param position of the document, from 0: among all documents in a search, in its shard in a list
 * @param reason {@link #EXACT} or {@link #NEAR}
 * @param kept id of the document that stays in its place
 * @param similarity to that document, 0 to 1
 */
record Drop(int position, String reason, String kept, double similarity) {
  static final String EXACT = "exact-duplicate";
  static final String NEAR = "near-duplicate";

  /** The same drop, counted from the first document of its shard. */
  Drop inShard(int firstDocument) {
    return new Drop(position - firstDocument, reason, kept, similarity);
  }

  /** For people: what was kept instead. */
  String detail() {
    return String.format(Locale.ROOT, "kept %s, similarity %.3f", kept, similarity);
  }
}
