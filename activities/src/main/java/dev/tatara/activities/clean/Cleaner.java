package dev.tatara.activities.clean;

import dev.tatara.base.document.Document;
import dev.tatara.config.run.CleanConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Cleans one document after another. Pure: equal documents give equal outcomes. Thread-safe. */
public final class Cleaner {
  private final CleanConfig config;
  private final Map<String, String> sourceLanguages;
  private final LanguageRule language;
  private final List<Rule> rules;

  /**
   * @param sourceLanguages what the run document says about sources, by their names
   */
  public Cleaner(CleanConfig config, Map<String, String> sourceLanguages) {
    this.config = config;
    this.sourceLanguages = Map.copyOf(sourceLanguages);
    this.language = new LanguageRule(LanguageModel.bundled(), config);
    this.rules = Rules.of(config);
  }

  /**
   * What became of a document.
   *
   * @param document normalised; with its language and scores, and masked if it is kept
   * @param reason null if it is kept
   * @param detail the figure that decided; empty if it is kept
   */
  public record Outcome(Document document, @Nullable String reason, String detail) {}

  /** Normalises, judges, masks. */
  public Outcome clean(Document raw) {
    NoticeLines.Result noticed = NoticeLines.remove(TextNormalizer.normalize(raw.text()));
    String text =
        noticed.removed() == 0 ? noticed.text() : TextNormalizer.normalize(noticed.text());
    TreeMap<String, Double> scores = new TreeMap<>();
    if (noticed.removed() > 0) {
      scores.put("notice-lines", (double) noticed.removed());
    }
    Document document = raw.withText(text);
    if (text.isEmpty()) {
      return new Outcome(document, "empty", "nothing but white space");
    }
    LanguageRule.Finding finding =
        language.find(text, sourceLanguages.get(raw.source()), raw.language());
    document = document.withLanguage(finding.language());
    Verdict.@Nullable Drop drop = note(finding.verdict(), scores);
    if (drop == null) {
      drop = judge(Reading.of(text, finding.language()), scores);
    }
    if (drop != null) {
      return new Outcome(document.withScores(scores), drop.reason(), drop.detail());
    }
    return new Outcome(masked(document, scores).withScores(scores), null, "");
  }

  private Verdict.@Nullable Drop judge(Reading reading, Map<String, Double> scores) {
    for (Rule rule : rules) {
      Verdict.Drop drop = note(rule.judge(reading), scores);
      if (drop != null) {
        return drop;
      }
    }
    return null;
  }

  private static Verdict.@Nullable Drop note(Verdict verdict, Map<String, Double> scores) {
    if (verdict instanceof Verdict.Keep keep) {
      // Four decimals: enough to reconsider a threshold, and half the bytes.
      scores.put(keep.measure(), Math.round(keep.value() * 10_000) / 10_000.0);
      return null;
    }
    return (Verdict.Drop) verdict;
  }

  private Document masked(Document document, Map<String, Double> scores) {
    if (!config.maskPersonal()) {
      return document;
    }
    PersonalMask.Result masked = PersonalMask.mask(document.text());
    scores.putAll(masked.counts());
    return document.withText(masked.text());
  }
}
