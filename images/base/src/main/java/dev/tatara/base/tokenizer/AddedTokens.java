package dev.tatara.base.tokenizer;

import dev.tatara.base.tokenizer.TokenizerModel.Added;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Finds added tokens in raw text: the leftmost first, of several there the longest. */
final class AddedTokens {
  private final List<Integer> ids;
  private final List<String> contents;

  AddedTokens(SortedMap<Integer, Added> tokens) {
    ids = new ArrayList<>();
    contents = new ArrayList<>();
    tokens.forEach(
        (id, token) -> {
          if (!token.content().isEmpty()) {
            ids.add(id);
            contents.add(token.content());
          }
        });
  }

  /** Hands the text on in order: what lies between added tokens, and the ids of those. */
  void split(String text, Consumer<String> between, IntConsumer token) {
    int[] next = new int[contents.size()];
    for (int i = 0; i < next.length; i++) {
      next[i] = find(text, i, 0);
    }
    int from = 0;
    while (from < text.length()) {
      int best = -1;
      for (int i = 0; i < next.length; i++) {
        if (next[i] < from) {
          next[i] = find(text, i, from);
        }
        if (best < 0 || next[i] < next[best] || (next[i] == next[best] && longer(i, best))) {
          best = i;
        }
      }
      int start = best < 0 ? text.length() : next[best];
      if (start > from) {
        between.accept(text.substring(from, Math.min(start, text.length())));
      }
      if (start >= text.length()) {
        return;
      }
      token.accept(ids.get(best));
      from = start + contents.get(best).length();
    }
  }

  private boolean longer(int token, int other) {
    return contents.get(token).length() > contents.get(other).length();
  }

  /** Where the token comes next; past the end if nowhere. */
  private int find(String text, int token, int from) {
    int at = text.indexOf(contents.get(token), from);
    return at < 0 ? Integer.MAX_VALUE : at;
  }
}
