package dev.tatara.workflows;

import dev.tatara.config.run.BudgetConfig;
import io.temporal.workflow.Workflow;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run uses, in rank-hours, and what it may use. A gang counts from when its activity is
 * asked for until that has ended, by the clock of the workflow.
 */
final class RankMeter {
  private static final double MILLISECONDS = 3.6e6;

  /** A timer must be of a length that the server takes; it may be set again. */
  private static final long LONGEST = Duration.ofDays(365).toMillis();

  private @Nullable BudgetConfig budget;

  /** Rank-milliseconds of gangs that have ended. */
  private long used;

  private int ranks;
  private long since;

  RankMeter(@Nullable BudgetConfig budget) {
    this.budget = budget;
  }

  /** Takes up where a run left off that continues as new. */
  void restore(Carried carried) {
    budget = carried.budget();
    used = carried.used();
  }

  /** Rank-milliseconds. */
  long used() {
    return now();
  }

  void begin(int gang) {
    ranks = gang;
    since = Workflow.currentTimeMillis();
  }

  void end() {
    used = now();
    ranks = 0;
  }

  boolean isIdle() {
    return ranks == 0;
  }

  @Nullable BudgetConfig budget() {
    return budget;
  }

  void allow(BudgetConfig newBudget) {
    budget = newBudget;
  }

  double hours() {
    return now() / MILLISECONDS;
  }

  boolean isUsedUp() {
    return budget != null && now() >= limit(budget);
  }

  /** How long the gang at work may go on; nothing if there is none, or no limit. */
  Optional<Duration> left() {
    if (budget == null || ranks == 0) {
      return Optional.empty();
    }
    long milliseconds = (limit(budget) - now() + ranks - 1) / ranks;
    return Optional.of(Duration.ofMillis(Math.max(1, Math.min(milliseconds, LONGEST))));
  }

  /** As in {@code used 2.00 of 2 rank-hours}. */
  String words() {
    double hours = hours();
    String exact = hours < 0.1 ? "%.4f" : "%.2f";
    return "used %s of %s rank-hours"
        .formatted(String.format(Locale.ROOT, exact, hours), words(budget));
  }

  static String words(@Nullable BudgetConfig budget) {
    if (budget == null) {
      return "unlimited";
    }
    return BigDecimal.valueOf(budget.rankHours()).stripTrailingZeros().toPlainString();
  }

  private static long limit(BudgetConfig budget) {
    return (long) Math.ceil(budget.rankHours() * MILLISECONDS);
  }

  private long now() {
    return ranks == 0 ? used : used + ranks * (Workflow.currentTimeMillis() - since);
  }
}
