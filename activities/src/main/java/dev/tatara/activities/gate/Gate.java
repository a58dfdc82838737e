package dev.tatara.activities.gate;

import dev.tatara.config.run.GateConfig;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.GateVerdict.Comparison;
import dev.tatara.config.task.GateVerdict.RuleOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps a post-trained model only if the configured rules hold. */
public final class Gate {
  /** In the order of training; each is trained from the one before it that exists. */
  private static final List<String> CHAIN = List.of("base", "sft", "dpo");

  private Gate() {}

  /**
   * Which model to keep.
   *
   * @param evaluations of {@code base} and whichever of {@code sft} and {@code dpo} exist, in any
   *     order
   * @throws IllegalStateException if there is none of {@code base}, two of one candidate, or one of
   *     an unknown candidate
   */
  public static GateVerdict judge(GateConfig config, List<EvaluationResult> evaluations) {
    List<EvaluationResult> models = inOrder(evaluations);
    List<Comparison> lastFirst = new ArrayList<>();
    String kept = models.get(0).candidate();
    boolean unbroken = true;
    for (int i = 1; i < models.size(); i++) {
      Comparison comparison = compare(config, models.get(i - 1), models.get(i));
      lastFirst.add(0, comparison);
      unbroken &= comparison.accepted();
      if (unbroken) {
        kept = comparison.candidate();
      }
    }
    return new GateVerdict(kept, lastFirst);
  }

  private static List<EvaluationResult> inOrder(List<EvaluationResult> evaluations) {
    List<EvaluationResult> models =
        CHAIN.stream().flatMap(candidate -> of(candidate, evaluations).stream()).toList();
    if (models.size() != evaluations.size() || of("base", evaluations).isEmpty()) {
      throw new IllegalStateException(
          "gate got evaluations of %s, expected base and at most one each of sft and dpo"
              .formatted(evaluations.stream().map(EvaluationResult::candidate).toList()));
    }
    return models;
  }

  private static Optional<EvaluationResult> of(
      String candidate, List<EvaluationResult> evaluations) {
    return evaluations.stream().filter(one -> one.candidate().equals(candidate)).findFirst();
  }

  private static Comparison compare(
      GateConfig config, EvaluationResult before, EvaluationResult after) {
    List<RuleOutcome> outcomes =
        config.rules().stream()
            .flatMap(rule -> RuleCheck.apply(rule, before.metrics(), after.metrics()).stream())
            .toList();
    boolean accepted = outcomes.stream().allMatch(RuleOutcome::holds);
    return new Comparison(after.candidate(), before.candidate(), accepted, outcomes);
  }
}
