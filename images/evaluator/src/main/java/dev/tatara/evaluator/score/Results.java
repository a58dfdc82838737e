package dev.tatara.evaluator.score;

import java.util.SortedMap;
import java.util.TreeMap;

/** Metrics and the counts they rest on, as they come in. */
public final class Results {
  private final SortedMap<String, Double> metrics = new TreeMap<>();
  private final SortedMap<String, Long> counts = new TreeMap<>();

  /** Adds a metric. */
  public void metric(String name, double value) {
    metrics.put(name, value);
  }

  /** Adds a count. */
  public void count(String name, long value) {
    counts.put(name, value);
  }

  /** All metrics by name. */
  public SortedMap<String, Double> metrics() {
    return metrics;
  }

  /** All counts by name. */
  public SortedMap<String, Long> counts() {
    return counts;
  }

  /** In double: a float would lose the small terms of a long text. */
  static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
