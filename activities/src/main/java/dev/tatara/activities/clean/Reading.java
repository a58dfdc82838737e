package dev.tatara.activities.clean;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A document as the rules see it.
 *
 * @param language ISO 639-1 code
 * @param lines that are not blank, without white space around them
 * @param paragraphs what blank lines separate
 * @param prefixes for the rules on n-grams
 */
record Reading(
    String text,
    String language,
    List<String> lines,
    List<String> paragraphs,
    Words words,
    Ngrams.Prefixes prefixes) {

  static Reading of(String text, String language) {
    Words words = new Words(text);
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return new Reading(text, language, lines, paragraphs(text), words, Ngrams.Prefixes.of(words));
  }

  private static List<String> paragraphs(String text) {
    return Stream.of(text.split("\n\n+"))
        .map(String::strip)
        .filter(paragraph -> !paragraph.isEmpty())
        .toList();
  }

  /** Share of lines for which something holds. */
  double shareOfLines(Predicate<String> holds) {
    return lines.isEmpty() ? 0 : (double) lines.stream().filter(holds).count() / lines.size();
  }
}
