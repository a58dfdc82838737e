package dev.tatara.activities.clean;

import dev.tatara.config.run.CleanConfig;
import dev.tatara.config.run.QualityConfig;
import dev.tatara.config.run.RepetitionConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules in the order in which they are asked, cheap ones first; the first that drops decides.
 *
 * <p>C4's rule against curly braces is left out on purpose: it drops every page with code, and
 * manuals are made of those.
 */
final class Rules {
  private Rules() {}

  static List<Rule> of(CleanConfig config) {
    List<Rule> rules = new ArrayList<>();
    rules.add(new MojibakeRule());
    quality(config.quality(), rules);
    repetition(config.repetition(), rules);
    return rules;
  }

  private static void quality(QualityConfig config, List<Rule> rules) {
    rules.add(new WordCountRule(config.minWords(), config.maxWords()));
    rules.add(new MeanWordLengthRule(config.minMeanWordLength(), config.maxMeanWordLength()));
    rules.add(new AlphabeticWordsRule(config.minAlphabeticWords()));
    rules.add(new StopWordsRule(config.minStopWords()));
    rules.add(new SentencesRule(config.minSentences()));
    rules.add(new SymbolRatioRule(config.maxSymbolRatio()));
    rules.add(new BulletLinesRule(config.maxBulletLines()));
    rules.add(new EllipsisLinesRule(config.maxEllipsisLines()));
    rules.add(new LoremIpsumRule());
  }

  private static void repetition(RepetitionConfig config, List<Rule> rules) {
    rules.add(
        new RepeatedPartsRule(
            "duplicate-lines",
            Reading::lines,
            config.maxDuplicateLines(),
            config.maxDuplicateLineCharacters()));
    rules.add(
        new RepeatedPartsRule(
            "duplicate-paragraphs",
            Reading::paragraphs,
            config.maxDuplicateParagraphs(),
            config.maxDuplicateParagraphCharacters()));
    config.maxTopNgramCharacters().forEach((n, most) -> rules.add(new TopNgramRule(n, most)));
    config
        .maxDuplicateNgramCharacters()
        .forEach((n, most) -> rules.add(new DuplicateNgramRule(n, most)));
  }
}
