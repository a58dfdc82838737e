package dev.tatara.config.run;

import dev.tatara.config.strict.Matches;
import dev.tatara.config.strict.Nearest;
import dev.tatara.config.strict.Place;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Rules of {@code gate}: each rule has one bound and is about something that is measured. */
final class EvaluationRules {
  private static final List<String> METRICS =
      List.of("bits_per_byte", "chat_loss", "acc", "acc_norm");

  private EvaluationRules() {}

  static void check(PipelineSpec spec, Place at) {
    List<GateConfig.Rule> rules = spec.gate().rules();
    for (int i = 0; i < rules.size(); i++) {
      Place item = at.in("gate").item("rules", i);
      bounds(rules.get(i), item);
      if (item.clear("metric")) {
        metric(rules.get(i).metric(), spec, at, item);
      }
    }
  }

  private static void bounds(GateConfig.Rule rule, Place item) {
    if (!item.clear("maxDrop", "maxRise") || (rule.maxDrop() == null) != (rule.maxRise() == null)) {
      return;
    }
    item.reject(
        rule.maxDrop() == null ? "has no bound" : "has two bounds, maxDrop and maxRise",
        "must have exactly one",
        "keep maxDrop where higher is better (acc), maxRise where lower is better (bits_per_byte)");
  }

  private static void metric(String metric, PipelineSpec spec, Place at, Place item) {
    int dot = metric.indexOf('.');
    String kind = dot < 0 ? metric : metric.substring(0, dot);
    String part = dot < 0 ? "" : metric.substring(dot + 1);
    if (!METRICS.contains(kind)) {
      item.reject(
          "metric",
          "is \"%s\"".formatted(metric),
          "must be one of %s, or one of these with a part, as in acc.TASK"
              .formatted(String.join(", ", METRICS)),
          Nearest.to(kind, METRICS)
              .map(nearest -> "did you mean " + nearest + "?")
              .orElse("write one of these"));
    } else if (kind.equals("chat_loss")) {
      chatLoss(metric, part, spec, at, item);
    } else if (kind.equals("bits_per_byte")) {
      language(metric, dot, part, spec, at, item);
    } else if (dot >= 0 && at.in("evaluate").clear("tasks")) {
      task(metric, part, spec, item);
    }
  }

  private static void chatLoss(
      String metric, String part, PipelineSpec spec, Place at, Place item) {
    if (!part.isEmpty() || metric.endsWith(".")) {
      item.reject("metric", "is \"%s\"".formatted(metric), "must have no part", "write chat_loss");
    } else if (spec.sft() == null && at.clear("sft")) {
      item.reject(
          "metric",
          "is \"chat_loss\"",
          "must be something that is measured, and without spec.sft there are no held-out chats",
          "delete the rule, or add spec.sft");
    }
  }

  private static void language(
      String metric, int dot, String part, PipelineSpec spec, Place at, Place item) {
    List<String> kept = spec.clean().languages();
    boolean known =
        part.matches(Matches.LANGUAGE)
            && (kept.isEmpty() || !at.in("clean").clear("languages") || kept.contains(part));
    if (dot >= 0 && !known) {
      item.reject(
          "metric",
          "is \"%s\"".formatted(metric),
          kept.isEmpty()
              ? "must end in the ISO 639-1 code of a language"
              : "must end in one of clean.languages (%s)".formatted(String.join(", ", kept)),
          "write, for example, bits_per_byte.%s".formatted(kept.isEmpty() ? "en" : kept.get(0)));
    }
  }

  private static void task(String metric, String task, PipelineSpec spec, Place item) {
    Set<String> tasks =
        spec.evaluate().tasks().stream()
            .map(EvaluateConfig.Task::name)
            .filter(name -> name != null)
            .collect(Collectors.toCollection(TreeSet::new));
    if (!tasks.contains(task)) {
      item.reject(
          "metric",
          "is \"%s\"".formatted(metric),
          tasks.isEmpty()
              ? "must be something that is measured, and evaluate.tasks is empty"
              : "must name one of evaluate.tasks (%s)".formatted(String.join(", ", tasks)),
          Nearest.to(task, tasks)
              .map(nearest -> "did you mean " + metric.replace(task, nearest) + "?")
              .orElse("add the task, or delete the rule"));
    }
  }
}
