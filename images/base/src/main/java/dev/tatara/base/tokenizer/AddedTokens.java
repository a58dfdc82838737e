package dev.tatara.base.tokenizer;

import dev.tatara.base.tokenizer.TokenizerModel.Added;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;

/** Finds added tokens in a text: the leftmost first, of several there the longest. */
final class AddedTokens {
  /** One to look for. */
  private record Sought(int id, String content, boolean special) {}

  private final List<Sought> tokens = new ArrayList<>();
  private final boolean allSpecial;

  /**
   * @param normalized whether those are sought that the text's form matters to, or the others
   * @param form of what is sought
   */
  AddedTokens(SortedMap<Integer, Added> added, boolean normalized, UnaryOperator<String> form) {
    added.forEach(
        (id, token) -> {
          String content = form.apply(token.content());
          if (token.normalized() == normalized && !content.isEmpty()) {
            tokens.add(new Sought(id, content, token.special()));
          }
        });
    allSpecial = tokens.stream().allMatch(Sought::special);
  }

  /**
   * Hands the text on in order: what lies between added tokens, and the ids of those.
   *
   * @param plain whether special tokens are text like any other; the search goes on behind them all
   *     the same, as in the reference ({@code encode_special_tokens})
   */
  void split(String text, boolean plain, Consumer<String> between, IntConsumer token) {
    int start = 0;
    if (!plain || !allSpecial) {
      int[] next = new int[tokens.size()];
      for (int i = 0; i < next.length; i++) {
        next[i] = find(text, i, 0);
      }
      for (int best = first(next); best >= 0; best = first(next)) {
        Sought found = tokens.get(best);
        int at = next[best];
        int end = at + found.content().length();
        if (!plain || !found.special()) {
          hand(text, start, at, between);
          token.accept(found.id());
          start = end;
        }
        for (int i = 0; i < next.length; i++) {
          if (next[i] < end) {
            next[i] = find(text, i, end);
          }
        }
      }
    }
    hand(text, start, text.length(), between);
  }

  private static void hand(String text, int from, int until, Consumer<String> between) {
    if (from < until) {
      between.accept(from == 0 && until == text.length() ? text : text.substring(from, until));
    }
  }

  /** Which token comes first; -1 if none comes. */
  private int first(int[] next) {
    int best = -1;
    for (int i = 0; i < next.length; i++) {
      if (next[i] != Integer.MAX_VALUE
          && (best < 0 || next[i] < next[best] || (next[i] == next[best] && longer(i, best)))) {
        best = i;
      }
    }
    return best;
  }

  private boolean longer(int token, int other) {
    return tokens.get(token).content().length() > tokens.get(other).content().length();
  }

  /** Where the token comes next; the largest number if nowhere. */
  private int find(String text, int token, int from) {
    int at = text.indexOf(tokens.get(token).content(), from);
    return at < 0 ? Integer.MAX_VALUE : at;
  }
}
