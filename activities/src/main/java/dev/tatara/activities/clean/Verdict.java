package dev.tatara.activities.clean;

import java.util.Locale;

/** What a rule says about a document. */
sealed interface Verdict {
  /**
   * The document passes.
   *
   * @param measure name of the score that the document keeps, for example {@code words}
   * @param value of it
   */
  record Keep(String measure, double value) implements Verdict {}

  /**
   * The document goes.
   *
   * @param reason few words from a fixed set; a metric label
   * @param detail the figure that decided, for people
   */
  record Drop(String reason, String detail) implements Verdict {}

  /** Keeps a value that is not above the limit. */
  static Verdict atMost(String reason, String measure, double value, double limit) {
    return value <= limit
        ? new Keep(measure, value)
        : drop(reason, measure, value, "at most", limit);
  }

  /** Keeps a value that is not below the limit. */
  static Verdict atLeast(String reason, String measure, double value, double limit) {
    return value >= limit
        ? new Keep(measure, value)
        : drop(reason, measure, value, "at least", limit);
  }

  private static Drop drop(
      String reason, String measure, double value, String relation, double limit) {
    return new Drop(
        reason, String.format(Locale.ROOT, "%s %.4g, %s %.4g", measure, value, relation, limit));
  }
}
