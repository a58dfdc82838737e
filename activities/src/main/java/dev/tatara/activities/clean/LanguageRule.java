package dev.tatara.activities.clean;

import dev.tatara.activities.clean.LanguageModel.Guess;
import dev.tatara.config.run.CleanConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps documents of the wanted languages. A document that its source vouches for is believed; one
 * that declares the language the model finds too is not doubted, since code and names in a manual
 * lower the model's confidence and not its judgement.
 */
final class LanguageRule {
  /** Characters; enough to be sure, and long texts need not be read to their end. */
  private static final int LONGEST_SAMPLE = 5_000;

  private final LanguageModel model;
  private final List<String> wanted;
  private final double confidence;

  LanguageRule(LanguageModel model, CleanConfig config) {
    this.model = model;
    this.wanted = config.languages();
    this.confidence = config.languageConfidence();
  }

  /**
   * @param language found, whatever the verdict
   */
  record Finding(String language, Verdict verdict) {}

  /**
   * @param vouched language of the source, if the run document gives one
   * @param declared language that the page declares, if any
   */
  Finding find(String text, @Nullable String vouched, @Nullable String declared) {
    if (vouched != null) {
      return finding(vouched, new Verdict.Keep("language-confidence", 1));
    }
    Guess guess = model.guess(sample(text));
    double probability = guess.probability();
    return finding(
        guess.language(),
        guess.language().equals(declared)
            ? new Verdict.Keep("language-confidence", probability)
            : Verdict.atLeast(
                "language-confidence", "language-confidence", probability, confidence));
  }

  private Finding finding(String language, Verdict verdict) {
    boolean unwanted = !wanted.isEmpty() && !wanted.contains(language);
    return new Finding(language, unwanted ? new Verdict.Drop("language", language) : verdict);
  }

  /** The words of the text that are only letters: names in code and numbers say nothing. */
  private static String sample(String text) {
    StringBuilder sample = new StringBuilder();
    int start = 0;
    for (int i = 0; i <= text.length() && sample.length() < LONGEST_SAMPLE; i++) {
      if (i == text.length() || Character.isWhitespace(text.charAt(i))) {
        if (i > start && isProse(text, start, i)) {
          sample.append(text, start, i).append(' ');
        }
        start = i + 1;
      }
    }
    return sample.toString();
  }

  /** Neither SQL nor a constant, a path, a call or a number. */
  private static boolean isProse(String text, int start, int end) {
    boolean capitals = end - start > 1;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      boolean within = i < end - 1;
      if ((within && "_/\\<>{}[]()=|$#@:;*+&%".indexOf(c) >= 0) || isDigit(c)) {
        return false;
      }
      capitals &= c < 'a' && c != '.' && c != ',';
    }
    return !capitals;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
