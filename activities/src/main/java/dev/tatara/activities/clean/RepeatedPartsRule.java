package dev.tatara.activities.clean;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Few lines (or paragraphs) that were there before (Gopher).
 *
 * @param name of the parts, for reasons and scores: {@code duplicate-lines}
 * @param mostParts share of parts seen before
 * @param mostCharacters share of characters in them
 */
record RepeatedPartsRule(
    String name, Function<Reading, List<String>> parts, double mostParts, double mostCharacters)
    implements Rule {
  /** Letters and digits that make a part worth comparing. */
  private static final int LEAST = 4;

  @Override
  public Verdict judge(Reading reading) {
    Set<String> seen = new HashSet<>();
    int repeated = 0;
    long repeatedCharacters = 0;
    long characters = 0;
    List<String> all = parts.apply(reading).stream().filter(RepeatedPartsRule::hasWords).toList();
    for (String part : all) {
      characters += part.length();
      if (!seen.add(part)) {
        repeated++;
        repeatedCharacters += part.length();
      }
    }
    double share = (double) repeated / Math.max(1, all.size());
    if (share > mostParts) {
      return Verdict.atMost(name, name, share, mostParts);
    }
    return Verdict.atMost(
        name + "-characters",
        name + "-characters",
        (double) repeatedCharacters / Math.max(1, characters),
        mostCharacters);
  }

  /** Rows of stars, numbers of chapters and lone brackets of code come again in good texts. */
  private static boolean hasWords(String part) {
    return part.codePoints().filter(Character::isLetterOrDigit).limit(LEAST).count() == LEAST;
  }
}
