package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * The tokenizer and the split of the documents.
 *
 * @param vocabularySize tokens incl. 256 bytes and the special tokens
 * @param validationFraction share of documents, chosen by their digest, that are never trained on
 */
public record TokenizeConfig(
    @Range(min = 300, max = 1_000_000) Integer vocabularySize,
    @Range(above = 0, below = 1) Double validationFraction) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final TokenizeConfig DEFAULT = new TokenizeConfig(null, null);

  public TokenizeConfig {
    vocabularySize = vocabularySize == null ? 4096 : vocabularySize;
    validationFraction = validationFraction == null ? 0.02 : validationFraction;
  }
}
