package dev.tatara.config.run;

import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Nearest;
import dev.tatara.config.strict.Place;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Rules of the stages that make tokens: bounds that belong together, and the mixture. */
final class DataRules {
  private DataRules() {}

  static void check(PipelineSpec spec, Place at) {
    quality(spec.clean().quality(), at.in("clean").in("quality"));
    if (at.clear("mixture")) {
      mixture(spec, at);
    }
  }

  private static void quality(QualityConfig quality, Place at) {
    if (at.clear("minWords", "maxWords") && quality.minWords() > quality.maxWords()) {
      crossed(at, "minWords", quality.minWords(), "maxWords", quality.maxWords());
    }
    if (at.clear("minMeanWordLength", "maxMeanWordLength")
        && quality.minMeanWordLength() > quality.maxMeanWordLength()) {
      crossed(
          at,
          "minMeanWordLength",
          quality.minMeanWordLength(),
          "maxMeanWordLength",
          quality.maxMeanWordLength());
    }
  }

  private static void crossed(Place at, String low, Number least, String high, Number most) {
    at.reject(
        low,
        "is " + least,
        "must be at most %s (%s), else nothing is kept".formatted(high, most),
        "write a smaller number, or a larger " + high);
  }

  private static void mixture(PipelineSpec spec, Place at) {
    List<MixturePhase> phases = spec.mixture();
    BigDecimal before = BigDecimal.ZERO;
    for (int i = 0; i < phases.size(); i++) {
      Place item = at.item("mixture", i);
      if (item.clear("weights")) {
        weights(phases.get(i), spec, at, item);
      }
      if (item.clear("until")) {
        BigDecimal until = new BigDecimal(phases.get(i).until().replace("%", ""));
        ascends(item, before, until, i == phases.size() - 1);
        before = until.max(before);
      }
    }
  }

  private static void ascends(Place item, BigDecimal before, BigDecimal until, boolean last) {
    if (last && until.compareTo(BigDecimal.valueOf(100)) != 0) {
      item.reject(
          "until",
          "is %s%% in the last phase".formatted(until),
          "must be 100% there, so that every step has its weights",
          "write 100%");
    } else if (until.compareTo(before) <= 0) {
      item.reject(
          "until",
          "is %s%%, and the phase before it ends at %s%%".formatted(until, before),
          "must be larger than that",
          "put the phases in order");
    }
  }

  private static void weights(MixturePhase phase, PipelineSpec spec, Place at, Place item) {
    if (phase.weights().values().stream().mapToDouble(weight -> weight).sum() <= 0) {
      item.reject(
          "weights",
          "is " + (phase.weights().isEmpty() ? "empty" : "0 for all"),
          "must have a weight above 0",
          "write, for example, {en: 0.5, ja: 0.5}");
    }
    Place weights = item.in("weights");
    Set<String> sources = new TreeSet<>();
    if (at.in("collect").clear("sources")) {
      spec.collect().sources().forEach(source -> sources.add(source.name()));
    }
    for (String name : phase.weights().keySet()) {
      if (!sources.contains(name)) {
        language(name, sources, spec, at, weights);
      }
    }
  }

  /** What names no source must name a language that is kept. */
  private static void language(
      String name, Set<String> sources, PipelineSpec spec, Place at, Place weights) {
    List<String> kept = spec.clean().languages();
    if (!name.matches(Matches.LANGUAGE)) {
      weights.reject(
          name,
          "is no source of collect and no language",
          "must be the name of a source (%s), or a language; %s"
              .formatted(String.join(", ", sources), Matches.LANGUAGE_RULE),
          Nearest.to(name, sources)
              .map(nearest -> "write " + nearest)
              .orElse("write, for example, en"));
    } else if (at.in("clean").clear("languages") && !kept.isEmpty() && !kept.contains(name)) {
      weights.reject(
          name,
          "is no source of collect, and a language that clean drops",
          "must be a source, or one of clean.languages (%s)".formatted(String.join(", ", kept)),
          "add it to clean.languages, or delete the weight");
    }
  }
}
