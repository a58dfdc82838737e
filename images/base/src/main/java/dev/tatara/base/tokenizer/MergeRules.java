package dev.tatara.base.tokenizer;

import dev.tatara.base.tokenizer.TokenizerModel.Merge;
import dev.tatara.config.InvalidInputException;
import java.util.List;
import java.util.Map;

/** Which pairs of token ids become which token, and in which order of priority. */
final class MergeRules {
  static final int NONE = Integer.MAX_VALUE;

  private final PairTable ranks;
  private final int[] results;

  MergeRules(List<Merge> merges, Map<String, Integer> ids) {
    ranks = new PairTable(merges.size());
    results = new int[merges.size()];
    for (Merge merge : merges) {
      long pair = PairTable.pair(id(merge.left(), ids), id(merge.right(), ids));
      int rank = ranks.size();
      if (ranks.enter(pair) != rank) {
        throw new InvalidInputException(
            "tokenizer.json has the merge of \"%s\" and \"%s\" twice; take the file that belongs to the model"
                .formatted(merge.left(), merge.right()));
      }
      results[rank] = id(merge.left() + merge.right(), ids);
    }
  }

  private static int id(String token, Map<String, Integer> ids) {
    Integer id = ids.get(token);
    if (id == null) {
      throw new InvalidInputException(
          "tokenizer.json has merges with the token \"%s\", which is not in its vocabulary; take the file that belongs to the model"
              .formatted(token));
    }
    return id;
  }

  /** Priority of the pair, 0 first; {@link #NONE} if it is never merged. */
  int rank(int left, int right) {
    int rank = ranks.find(PairTable.pair(left, right));
    return rank == PairTable.ABSENT ? NONE : rank;
  }

  /** The token that the pair with this priority becomes. */
  int result(int rank) {
    return results[rank];
  }
}
