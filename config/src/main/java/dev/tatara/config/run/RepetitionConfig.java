package dev.tatara.config.run;

import dev.tatara.config.strict.Range;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Repetition rules of Gopher (arXiv 2112.11446, table A1). Shares are of characters where the name
 * says so, of lines or paragraphs otherwise. Japanese and Chinese n-grams are made of characters.
 *
 * @param maxDuplicateLines share of lines seen before (0.3)
 * @param maxDuplicateParagraphs share of paragraphs seen before (0.3)
 * @param maxDuplicateLineCharacters characters in such lines (0.2)
 * @param maxDuplicateParagraphCharacters characters in such paragraphs (0.2)
 * @param maxTopNgramCharacters characters in the most frequent n-gram, by n (2: 0.2, 3: 0.18, 4:
 *     0.16)
 * @param maxDuplicateNgramCharacters characters in n-grams seen more than once, by n (5: 0.15 … 10:
 *     0.10)
 */
public record RepetitionConfig(
    @Range(min = 0, max = 1) Double maxDuplicateLines,
    @Range(min = 0, max = 1) Double maxDuplicateParagraphs,
    @Range(min = 0, max = 1) Double maxDuplicateLineCharacters,
    @Range(min = 0, max = 1) Double maxDuplicateParagraphCharacters,
    @Range(min = 0, max = 1) SortedMap<Integer, Double> maxTopNgramCharacters,
    @Range(min = 0, max = 1) SortedMap<Integer, Double> maxDuplicateNgramCharacters) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final RepetitionConfig DEFAULT =
      new RepetitionConfig(null, null, null, null, null, null);

  public RepetitionConfig {
    maxDuplicateLines = maxDuplicateLines == null ? 0.3 : maxDuplicateLines;
    maxDuplicateParagraphs = maxDuplicateParagraphs == null ? 0.3 : maxDuplicateParagraphs;
    maxDuplicateLineCharacters =
        maxDuplicateLineCharacters == null ? 0.2 : maxDuplicateLineCharacters;
    maxDuplicateParagraphCharacters =
        maxDuplicateParagraphCharacters == null ? 0.2 : maxDuplicateParagraphCharacters;
    maxTopNgramCharacters =
        new TreeMap<>(
            maxTopNgramCharacters == null
                ? Map.of(2, 0.2, 3, 0.18, 4, 0.16)
                : maxTopNgramCharacters);
    maxDuplicateNgramCharacters =
        new TreeMap<>(
            maxDuplicateNgramCharacters == null
                ? Map.of(5, 0.15, 6, 0.14, 7, 0.13, 8, 0.12, 9, 0.11, 10, 0.10)
                : maxDuplicateNgramCharacters);
  }
}
