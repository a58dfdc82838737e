package dev.tatara.activities.gate;

import dev.tatara.config.run.GateConfig.Rule;
import dev.tatara.config.task.GateVerdict.RuleOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One rule on the metrics of two models. What cannot be compared does not hold: a metric that one
 * side lacks, or that is not a number, never passes in silence.
 */
final class RuleCheck {
  /** So that a fall from 0.90 to 0.85 is a fall by 0.05 in binary numbers too. */
  private static final double ROUNDING = 1e-9;

  private final Rule rule;

  private RuleCheck(Rule rule) {
    this.rule = rule;
  }

  /** The outcome for each metric that the rule stands for, by name; at least one. */
  static List<RuleOutcome> apply(
      Rule rule, SortedMap<String, Double> before, SortedMap<String, Double> after) {
    RuleCheck check = new RuleCheck(rule);
    SortedSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(name -> !check.standsFor(name));
    if (names.isEmpty()) {
      // A rule that finds nothing to look at is a rule that nobody checks.
      names.add(rule.metric());
    }
    List<RuleOutcome> outcomes = new ArrayList<>();
    for (String name : names) {
      outcomes.add(
          check.outcome(
              name,
              before.getOrDefault(name, Double.NaN),
              after.getOrDefault(name, Double.NaN),
              check.problem(name, before, after)));
    }
    return outcomes;
  }

  /** A bare name stands for all metrics of its kind, a name with a part for itself. */
  private boolean standsFor(String metric) {
    return metric.equals(rule.metric())
        || rule.metric().indexOf('.') < 0 && metric.startsWith(rule.metric() + ".");
  }

  private RuleOutcome outcome(String metric, double before, double after, String problem) {
    boolean holds = problem.isEmpty() && isWithin(after - before);
    return new RuleOutcome(metric, before, after, bound() + problem, holds);
  }

  private boolean isWithin(double rise) {
    Double maxRise = rule.maxRise();
    Double maxDrop = rule.maxDrop();
    return (maxRise == null || rise <= maxRise + ROUNDING)
        && (maxDrop == null || -rise <= maxDrop + ROUNDING);
  }

  private String bound() {
    List<String> bounds = new ArrayList<>();
    if (rule.maxDrop() != null) {
      bounds.add("may fall by at most " + rule.maxDrop());
    }
    if (rule.maxRise() != null) {
      bounds.add("may rise by at most " + rule.maxRise());
    }
    return bounds.isEmpty()
        ? "has no bound; set maxDrop or maxRise in gate.rules"
        : String.join(" and ", bounds);
  }

  /** Why the metric cannot be compared; empty if it can. */
  private String problem(
      String metric, SortedMap<String, Double> before, SortedMap<String, Double> after) {
    if (rule.maxDrop() == null && rule.maxRise() == null) {
      return "; nothing to compare with";
    }
    if (!before.containsKey(metric) || !after.containsKey(metric)) {
      String lacking =
          before.containsKey(metric)
              ? "the new model"
              : after.containsKey(metric) ? "the model before it" : "either model";
      return "; not measured for %s: evaluate it, or take the rule out of gate.rules"
          .formatted(lacking);
    }
    return Double.isFinite(before.get(metric)) && Double.isFinite(after.get(metric))
        ? ""
        : "; not a finite number";
  }
}
