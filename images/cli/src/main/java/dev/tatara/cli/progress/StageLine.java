package dev.tatara.cli.progress;

import dev.tatara.cli.figures.Figures;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.task.StageOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;

/** Says in words how a stage stands. Pure. */
public final class StageLine {
  private StageLine() {}

  /** What the stage at work is doing: {@code 81 of 180 steps, 0.9 a second, 1 min 50 s to go}. */
  static String working(StageProgress progress, RateMeter meter) {
    List<String> parts = new ArrayList<>();
    OptionalDouble rate = meter.perSecond();
    if (progress.unit().isEmpty()) {
      if (progress.total() > 0) {
        parts.add(Figures.percent((double) progress.done() / progress.total()));
      }
    } else {
      parts.add(counted(progress));
      rate.ifPresent(each -> parts.add(Figures.rounded(each) + " a second"));
    }
    OptionalDouble remaining = meter.remaining(progress);
    if (remaining.isPresent()) {
      parts.add(Figures.duration(remaining.getAsDouble()) + " to go");
    }
    if (!progress.detail().isEmpty()) {
      parts.add(progress.detail());
    }
    return String.join(", ", parts);
  }

  private static String counted(StageProgress progress) {
    String done = Figures.count(progress.done());
    return progress.total() > 0
        ? "%s of %s %s".formatted(done, Figures.count(progress.total()), progress.unit())
        : done + " " + progress.unit();
  }

  /** The figures of a stage that has ended, and its note. */
  public static String ended(StageOutcome outcome) {
    List<String> parts = new ArrayList<>();
    Account.Row total = outcome.account().total();
    if (total.in() > 0) {
      parts.add(
          "%s of %s documents kept"
              .formatted(Figures.count(total.kept()), Figures.count(total.in())));
    }
    SortedMap<String, Long> counts = outcome.counts();
    count(parts, counts, "parameters");
    count(parts, counts, "steps");
    count(parts, counts, "tokens");
    if (!outcome.note().isEmpty()) {
      parts.add(outcome.note());
    }
    return String.join(", ", parts);
  }

  private static void count(List<String> parts, SortedMap<String, Long> counts, String name) {
    Long value = counts.get(name);
    if (value != null) {
      parts.add(Figures.rounded(value) + " " + name);
    }
  }
}
