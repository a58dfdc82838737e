package dev.tatara.activities.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.run.GateConfig;
import dev.tatara.config.run.GateConfig.Rule;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.GateVerdict;
import dev.tatara.config.task.GateVerdict.Comparison;
import dev.tatara.config.task.GateVerdict.RuleOutcome;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final GateConfig ACCURACY = rules(new Rule("acc", 0.05, null));

  @Test
  void keepsTheDpoModelIfAllRulesHold() {
    GateVerdict verdict = judge(ACCURACY, at("base", 0.30), at("sft", 0.28), at("dpo", 0.26));

    assertThat(verdict.kept()).isEqualTo("dpo");
    assertThat(verdict.comparisons())
        .extracting(Comparison::candidate, Comparison::against, Comparison::accepted)
        .containsExactly(tuple("dpo", "sft", true), tuple("sft", "base", true));
  }

  @Test
  void fallsBackToSftIfDpoIsWorse() {
    GateVerdict verdict = judge(ACCURACY, at("dpo", 0.20), at("base", 0.30), at("sft", 0.31));

    assertThat(verdict.kept()).isEqualTo("sft");
    assertThat(verdict.comparisons().get(0).rules())
        .containsExactly(new RuleOutcome("acc.a", 0.31, 0.20, "may fall by at most 0.05", false));
  }

  @Test
  void fallsBackToBaseIfBothAreWorse() {
    assertThat(judge(ACCURACY, at("base", 0.5), at("sft", 0.4), at("dpo", 0.3)).kept())
        .isEqualTo("base");
  }

  @Test
  void keepsNoDpoModelThatStandsOnARejectedSftModel() {
    GateVerdict verdict = judge(ACCURACY, at("base", 0.5), at("sft", 0.3), at("dpo", 0.3));

    assertThat(verdict.kept()).isEqualTo("base");
    assertThat(verdict.comparisons()).extracting(Comparison::accepted).containsExactly(true, false);
  }

  @Test
  void comparesDpoWithBaseWithoutSft() {
    GateVerdict verdict = judge(ACCURACY, at("base", 0.30), at("dpo", 0.31));

    assertThat(verdict.kept()).isEqualTo("dpo");
    assertThat(verdict.comparisons()).singleElement().returns("base", Comparison::against);
  }

  @Test
  void keepsBaseIfThereIsNothingElse() {
    assertThat(judge(ACCURACY, at("base", 0.3))).isEqualTo(new GateVerdict("base", List.of()));
  }

  @Test
  void appliesABareNameToAllMetricsOfItsKind() {
    GateConfig config = rules(new Rule("bits_per_byte", null, 0.1));
    var before =
        result("base", Map.of("bits_per_byte.en", 2.0, "bits_per_byte.ja", 2.0, "acc.a", 0.3));
    var after =
        result("sft", Map.of("bits_per_byte.en", 2.05, "bits_per_byte.ja", 2.2, "acc.a", 0.1));

    GateVerdict verdict = judge(config, before, after);

    assertThat(verdict.kept()).isEqualTo("base");
    assertThat(verdict.comparisons().get(0).rules())
        .containsExactly(
            new RuleOutcome("bits_per_byte.en", 2.0, 2.05, "may rise by at most 0.1", true),
            new RuleOutcome("bits_per_byte.ja", 2.0, 2.2, "may rise by at most 0.1", false));
  }

  @Test
  void appliesANameWithAPartToThatMetricOnly() {
    GateConfig config = rules(new Rule("acc.a", 0.05, null));
    var before = result("base", Map.of("acc.a", 0.3, "acc.ab", 0.9, "acc_norm.a", 0.9));
    var after = result("sft", Map.of("acc.a", 0.3, "acc.ab", 0.1, "acc_norm.a", 0.1));

    assertThat(judge(config, before, after).comparisons().get(0).rules())
        .singleElement()
        .returns("acc.a", RuleOutcome::metric);
  }

  @Test
  void takesABareNameThatIsItselfAMetric() {
    GateConfig config = rules(new Rule("chat_loss", null, 0.0));

    assertThat(
            judge(
                    config,
                    result("base", Map.of("chat_loss", 3.0)),
                    result("sft", Map.of("chat_loss", 2.0)))
                .kept())
        .isEqualTo("sft");
  }

  @Test
  void doesNotPassWhatOneSideHasNotMeasured() {
    var two = result("base", Map.of("acc.a", 0.3, "acc.b", 0.3));
    var one = result("sft", Map.of("acc.a", 0.3));

    assertThat(failure(judge(ACCURACY, two, one)))
        .returns("acc.b", RuleOutcome::metric)
        .returns(
            "may fall by at most 0.05; not measured for the new model: evaluate it, or take the"
                + " rule out of gate.rules",
            RuleOutcome::bound);
    assertThat(
            failure(judge(ACCURACY, result("base", one.metrics()), result("sft", two.metrics()))))
        .satisfies(outcome -> assertThat(outcome.bound()).contains("for the model before it"))
        .satisfies(outcome -> assertThat(outcome.before()).isNaN());
  }

  @Test
  void doesNotPassARuleThatFindsNoMetric() {
    var verdict = judge(ACCURACY, result("base", Map.of()), result("sft", Map.of()));

    assertThat(verdict.kept()).isEqualTo("base");
    assertThat(failure(verdict))
        .returns("acc", RuleOutcome::metric)
        .satisfies(
            outcome -> assertThat(outcome.bound()).contains("not measured for either model"));
  }

  @Test
  void doesNotPassWhatIsNotANumber() {
    assertThat(failure(judge(ACCURACY, at("base", 0.3), at("sft", Double.NaN))).bound())
        .endsWith("not a finite number");
    assertThat(failure(judge(ACCURACY, at("base", Double.NaN), at("sft", 0.3))).holds()).isFalse();
    assertThat(
            failure(judge(ACCURACY, at("base", 0.3), at("sft", Double.POSITIVE_INFINITY))).holds())
        .isFalse();
  }

  @Test
  void doesNotPassARuleWithoutABound() {
    assertThat(failure(judge(rules(new Rule("acc", null, null)), at("base", 0.3), at("sft", 0.9))))
        .satisfies(outcome -> assertThat(outcome.bound()).startsWith("has no bound; set maxDrop"));
  }

  @Test
  void countsTheBoundItselfAsAllowed() {
    // In binary numbers 0.90 − 0.85 is a little more than 0.05.
    assertThat(judge(ACCURACY, at("base", 0.90), at("sft", 0.85)).kept()).isEqualTo("sft");
    assertThat(judge(ACCURACY, at("base", 0.90), at("sft", 0.8499)).kept()).isEqualTo("base");
  }

  @Test
  void keepsEverythingWithoutRules() {
    assertThat(judge(rules(), at("base", 0.9), at("sft", 0.1)).kept()).isEqualTo("sft");
  }

  @Test
  void refusesEvaluationsThatMakeNoChain() {
    assertThatThrownBy(() -> judge(ACCURACY, at("sft", 0.1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("[sft]");
    assertThatThrownBy(() -> judge(ACCURACY, at("base", 0.1), at("base", 0.1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> judge(ACCURACY, at("base", 0.1), at("ppo", 0.1)))
        .isInstanceOf(IllegalStateException.class);
  }

  private static GateVerdict judge(GateConfig config, EvaluationResult... evaluations) {
    return Gate.judge(config, List.of(evaluations));
  }

  private static RuleOutcome failure(GateVerdict verdict) {
    List<RuleOutcome> failures =
        verdict.comparisons().stream()
            .flatMap(comparison -> comparison.rules().stream())
            .filter(outcome -> !outcome.holds())
            .toList();
    assertThat(failures).hasSize(1);
    return failures.get(0);
  }

  private static GateConfig rules(Rule... rules) {
    return new GateConfig(List.of(rules), GateConfig.Approval.NONE);
  }

  private static EvaluationResult at(String candidate, double accuracy) {
    return result(candidate, Map.of("acc.a", accuracy));
  }

  private static EvaluationResult result(String candidate, Map<String, Double> metrics) {
    return new EvaluationResult(
        candidate, new ArtifactRef("s3://t/x", "0"), new TreeMap<>(metrics), new TreeMap<>());
  }
}
