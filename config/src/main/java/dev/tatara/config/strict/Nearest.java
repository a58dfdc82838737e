package dev.tatara.config.strict;

import static java.util.Comparator.comparingInt;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the known word that was probably meant. */
public final class Nearest {
  /** Longer words are not worth the time: no key of ours has this length. */
  private static final int LONGEST = 64;

  private Nearest() {}

  /** The nearest known word, if a person could have meant it; the first of equals. */
  public static Optional<String> to(String word, Collection<String> known) {
    if (word.isEmpty() || word.length() > LONGEST) {
      return Optional.empty();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(candidate -> likely(lower, candidate.toLowerCase(Locale.ROOT)))
        .min(comparingInt(candidate -> distance(lower, candidate.toLowerCase(Locale.ROOT))));
  }

  /** Few letters are wrong, or one word is the beginning of the other. */
  private static boolean likely(String word, String candidate) {
    return distance(word, candidate) <= Math.max(1, candidate.length() / 2)
        || (word.length() > 2 && candidate.startsWith(word))
        || (candidate.length() > 2 && word.startsWith(candidate));
  }

  /**
   * Edits that turn one word into the other: insert, delete, replace a letter, or swap two
   * neighbours (Damerau 1964, optimal string alignment).
   */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (swapped(a, i, b, j)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }

  private static boolean swapped(String a, int i, String b, int j) {
    return i > 1
        && j > 1
        && a.charAt(i - 1) == b.charAt(j - 2)
        && a.charAt(i - 2) == b.charAt(j - 1);
  }
}
