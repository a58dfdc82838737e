package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * Quality rules of Gopher (arXiv 2112.11446, table A1) and C4 (arXiv 1910.10683, section 2.2).
 * Words are counted by script: runs of letters where words are spaced, characters where they are
 * not (Chinese, Japanese).
 *
 * @param minWords fewest words of a document (Gopher: 50)
 * @param maxWords most words of a document (Gopher: 100,000)
 * @param minMeanWordLength shortest mean word, in characters; spaced scripts only (Gopher: 3)
 * @param maxMeanWordLength longest mean word (Gopher: 10)
 * @param maxSymbolRatio hash signs and ellipses per word (Gopher: 0.1)
 * @param maxBulletLines share of lines that begin with a bullet (Gopher: 0.9)
 * @param maxEllipsisLines share of lines that end with an ellipsis (Gopher: 0.3)
 * @param minAlphabeticWords share of words with a letter (Gopher: 0.8)
 * @param minStopWords distinct function words of the language (Gopher: 2)
 * @param minSentences sentence ends in the document (C4: 3)
 */
public record QualityConfig(
    @Range(min = 0) Integer minWords,
    @Range(min = 1) Integer maxWords,
    @Range(min = 0) Double minMeanWordLength,
    @Range(min = 0) Double maxMeanWordLength,
    @Range(min = 0) Double maxSymbolRatio,
    @Range(min = 0, max = 1) Double maxBulletLines,
    @Range(min = 0, max = 1) Double maxEllipsisLines,
    @Range(min = 0, max = 1) Double minAlphabeticWords,
    @Range(min = 0) Integer minStopWords,
    @Range(min = 0) Integer minSentences) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final QualityConfig DEFAULT =
      new QualityConfig(null, null, null, null, null, null, null, null, null, null);

  public QualityConfig {
    minWords = minWords == null ? 50 : minWords;
    maxWords = maxWords == null ? 100_000 : maxWords;
    minMeanWordLength = minMeanWordLength == null ? 3.0 : minMeanWordLength;
    maxMeanWordLength = maxMeanWordLength == null ? 10.0 : maxMeanWordLength;
    maxSymbolRatio = maxSymbolRatio == null ? 0.1 : maxSymbolRatio;
    maxBulletLines = maxBulletLines == null ? 0.9 : maxBulletLines;
    maxEllipsisLines = maxEllipsisLines == null ? 0.3 : maxEllipsisLines;
    minAlphabeticWords = minAlphabeticWords == null ? 0.8 : minAlphabeticWords;
    minStopWords = minStopWords == null ? 2 : minStopWords;
    minSentences = minSentences == null ? 3 : minSentences;
  }
}
