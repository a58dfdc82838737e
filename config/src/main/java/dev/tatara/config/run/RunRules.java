package dev.tatara.config.run;

import dev.tatara.config.strict.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The rules of a run document that need more than one value, stage by stage. */
final class RunRules {
  private RunRules() {}

  static void check(RunDocument document, Place place) {
    Place at = place.in("spec");
    if (!at.clear()) {
      return;
    }
    PipelineSpec spec = document.spec();
    eachUri(spec, at, Locations::check);
    sourceNames(spec, at);
    DataRules.check(spec, at);
    if (at.clear("pretrain")) {
      PretrainRules.check(spec.pretrain(), at.in("pretrain"));
      ownTokenizer(spec, at);
      postTraining(spec, at);
    }
    EvaluationRules.check(spec, at);
  }

  /** Visits every URI that is sound by itself. */
  static void eachUri(PipelineSpec spec, Place at, BiConsumer<Place, String> visit) {
    if (at.clear("collect")) {
      uris(spec.collect().sources(), CollectConfig.Source::uri, at.in("collect"), "sources", visit);
    }
    if (spec.sft() != null) {
      uris(spec.sft().data(), SftConfig.ChatSource::uri, at.in("sft"), "data", visit);
    }
    if (spec.dpo() != null) {
      uris(spec.dpo().data(), DpoConfig.PairSource::uri, at.in("dpo"), "data", visit);
    }
    uris(spec.evaluate().tasks(), EvaluateConfig.Task::uri, at.in("evaluate"), "tasks", visit);
  }

  private static <T> void uris(
      List<T> items,
      Function<T, String> uri,
      Place section,
      String key,
      BiConsumer<Place, String> visit) {
    for (int i = 0; i < items.size(); i++) {
      Place item = section.item(key, i);
      if (item.clear("uri")) {
        visit.accept(item, uri.apply(items.get(i)));
      }
    }
  }

  private static void sourceNames(PipelineSpec spec, Place at) {
    if (at.clear("collect")) {
      unique(spec.collect().sources(), CollectConfig.Source::name, at.in("collect"), "sources");
    }
    if (spec.sft() != null) {
      unique(spec.sft().data(), SftConfig.ChatSource::name, at.in("sft"), "data");
    }
    if (spec.dpo() != null) {
      unique(spec.dpo().data(), DpoConfig.PairSource::name, at.in("dpo"), "data");
    }
    unique(spec.evaluate().tasks(), EvaluateConfig.Task::name, at.in("evaluate"), "tasks");
  }

  private static <T> void unique(
      List<T> items, Function<T, String> name, Place section, String key) {
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Place item = section.item(key, i);
      if (!item.clear("name")) {
        continue;
      }
      String given = name.apply(items.get(i));
      Integer first = seen.putIfAbsent(given, i);
      if (first != null) {
        item.reject(
            "name",
            "is \"%s\", as is %s[%d]".formatted(given, key, first),
            "must be different from the other names of this list",
            "write another, for example %s-%d".formatted(given, i + 1));
      }
    }
  }

  /** A size that would have no effect. */
  private static void ownTokenizer(PipelineSpec spec, Place at) {
    int size = spec.tokenize().vocabularySize();
    if (spec.pretrain().from() != null
        && at.in("tokenize").clear("vocabularySize")
        && size != TokenizeConfig.DEFAULT.vocabularySize()) {
      at.in("tokenize")
          .reject(
              "vocabularySize",
              "is %d beside pretrain.from".formatted(size),
              "must be left out, because the model brings its own tokenizer",
              "delete it");
    }
  }

  /** Every rank takes the same number of chats or pairs in a step. */
  private static void postTraining(PipelineSpec spec, Place at) {
    if (spec.sft() != null) {
      batch(spec.sft().batch(), spec.pretrain().workers(), at, "sft");
    }
    if (spec.dpo() != null) {
      batch(spec.dpo().batch(), spec.pretrain().workers(), at, "dpo");
    }
  }

  private static void batch(int batch, int workers, Place at, String stage) {
    if (at.in(stage).clear("batch") && at.in("pretrain").clear("workers") && batch % workers != 0) {
      at.in(stage)
          .reject(
              "batch",
              "is " + batch,
              "must be a multiple of pretrain.workers (%d)".formatted(workers),
              "write " + PretrainRules.nearestMultiple(batch, workers));
    }
  }
}
