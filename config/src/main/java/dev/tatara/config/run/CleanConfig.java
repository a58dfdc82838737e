package dev.tatara.config.run;

import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Range;
import java.util.List;

/**
 * Which documents are good enough to learn from.
 *
 * @param languages ISO 639-1 codes to keep; all when empty
 * @param languageConfidence lowest probability of the language (FineWeb, arXiv 2406.17557: 0.65)
 * @param quality rules on length and symbols
 * @param repetition rules on repeated lines and n-grams
 * @param maskPersonal replaces mail addresses, IP addresses and phone numbers
 */
public record CleanConfig(
    @Matches(regex = Matches.LANGUAGE, rule = Matches.LANGUAGE_RULE, example = "en")
        List<String> languages,
    @Range(min = 0, max = 1) Double languageConfidence,
    QualityConfig quality,
    RepetitionConfig repetition,
    Boolean maskPersonal) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final CleanConfig DEFAULT = new CleanConfig(null, null, null, null, null);

  public CleanConfig {
    languages = languages == null ? List.of() : List.copyOf(languages);
    languageConfidence = languageConfidence == null ? 0.65 : languageConfidence;
    quality = quality == null ? QualityConfig.DEFAULT : quality;
    repetition = repetition == null ? RepetitionConfig.DEFAULT : repetition;
    maskPersonal = maskPersonal == null || maskPersonal;
  }
}
