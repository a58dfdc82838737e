package dev.tatara.config.task;

import java.util.List;

/**
 * Which model the run keeps, and why.
 *
 * @param kept {@code base}, {@code sft} or {@code dpo}
 * @param comparisons every post-trained model against the one it was trained from, last first
 */
public record GateVerdict(String kept, List<Comparison> comparisons) {
  public GateVerdict {
    comparisons = List.copyOf(comparisons);
  }

  /**
   * One model judged against another.
   *
   * @param candidate the model that was judged
   * @param against the model it was trained from
   * @param accepted all rules held
   */
  public record Comparison(
      String candidate, String against, boolean accepted, List<RuleOutcome> rules) {
    public Comparison {
      rules = List.copyOf(rules);
    }
  }

  /**
   * One rule applied to one metric.
   *
   * @param metric full name, for example {@code bits_per_byte.ja}
   * @param bound what was allowed, in words: {@code may rise by at most 0.1}
   */
  public record RuleOutcome(
      String metric, double before, double after, String bound, boolean holds) {}
}
