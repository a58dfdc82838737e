package dev.tatara.activities.clean;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Has some of the words that no sentence does without (Gopher, which gives the English ones). In
 * Japanese these are particles, each a character, and there must be hiragana beside the kanji:
 * lists of names and goods have none. Languages without a list pass.
 */
record StopWordsRule(int least) implements Rule {
  private static final Map<String, List<String>> WORDS =
      Map.of(
          "en", List.of("the", "be", "to", "of", "and", "that", "have", "with"),
          "ja", List.of("の", "は", "が", "を", "に", "で", "と", "も"),
          "zh", List.of("的", "是", "在", "不", "了", "和", "有", "中"),
          "de", List.of("der", "die", "und", "zu", "das", "nicht", "mit", "ist"),
          "fr", List.of("le", "la", "de", "et", "les", "des", "que", "est"),
          "es", List.of("el", "la", "de", "que", "y", "en", "los", "con"));

  /** Newspaper Japanese is about half hiragana; manuals full of katakana about a third. */
  private static final double LEAST_HIRAGANA = 0.1;

  @Override
  public Verdict judge(Reading reading) {
    List<String> wanted = WORDS.get(reading.language());
    if (wanted == null) {
      return new Verdict.Keep("stop-words", 0);
    }
    if (reading.language().equals("ja") && hiragana(reading) < LEAST_HIRAGANA) {
      return Verdict.atLeast("stop-words", "hiragana", hiragana(reading), LEAST_HIRAGANA);
    }
    return Verdict.atLeast("stop-words", "stop-words", found(reading, wanted), least);
  }

  private static int found(Reading reading, List<String> wanted) {
    Set<String> missing = new HashSet<>(wanted);
    Words words = reading.words();
    for (int i = 0; i < words.size() && !missing.isEmpty(); i++) {
      missing.remove(words.word(i).toLowerCase(Locale.ROOT));
    }
    return wanted.size() - missing.size();
  }

  private static double hiragana(Reading reading) {
    long count = reading.text().codePoints().filter(Script::isHiragana).count();
    return (double) count / Math.max(1, reading.words().unspacedCharacters());
  }
}
