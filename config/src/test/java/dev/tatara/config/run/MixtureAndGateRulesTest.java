package dev.tatara.config.run;

import static dev.tatara.config.run.RunTexts.problems;
import static dev.tatara.config.run.RunTexts.with;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixtureAndGateRulesTest {
  @Test
  void wantsTheLastPhaseToReachTheEnd() {
    assertThat(problems(with("until: 100%", "until: 90%")))
        .containsExactly(
            "spec.mixture[1].until (line 22) is 90% in the last phase, but must be 100% there, so"
                + " that every step has its weights; write 100%");
  }

  @Test
  void wantsPhasesInOrder() {
    assertThat(problems(with("until: 60%", "until: 100%")))
        .containsExactly(
            "spec.mixture[1].until (line 22) is 100%, and the phase before it ends at 100%, but must"
                + " be larger than that; put the phases in order");
  }

  @Test
  void wantsAPercentage() {
    assertThat(problems(with("until: 60%", "until: 0.6")))
        .containsExactly(
            "spec.mixture[0].until (line 20) is 0.6, but must be a text; put it in quotes");
    assertThat(problems(with("until: 60%", "until: 160%")))
        .containsExactly(
            "spec.mixture[0].until (line 20) is the text \"160%\", but must be a percentage of all"
                + " steps; write, for example, 80%");
  }

  @Test
  void wantsAWeightAboveZero() {
    assertThat(problems(with("weights: {en: 1}", "weights: {en: 0}")))
        .containsExactly(
            "spec.mixture[0].weights (line 21) is 0 for all, but must have a weight above 0;"
                + " write, for example, {en: 0.5, ja: 0.5}");
    assertThat(problems(with("weights: {en: 1}", "weights: {}")))
        .containsExactly(
            "spec.mixture[0].weights (line 21) is empty, but must have a weight above 0; write, for"
                + " example, {en: 0.5, ja: 0.5}");
  }

  @Test
  void refusesWeightsBelowZero() {
    assertThat(problems(with("weights: {en: 1}", "weights: {en: 1, ja: -1}")))
        .containsExactly(
            "spec.mixture[0].weights.ja (line 21) is -1, but must be at least 0; write a number in"
                + " this range");
  }

  @Test
  void wantsSourcesOrLanguagesThatCleanKeeps() {
    assertThat(problems(with("weights: {en: 1}", "weights: {en: 1, fr: 1, English: 2}")))
        .hasSize(2)
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .startsWith(
                        "spec.mixture[0].weights.English (line 21) is no source of collect and no"
                            + " language, but must be the name of a source (")
                    .endsWith("must be the ISO 639-1 code of a language; write, for example, en"))
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .isEqualTo(
                        "spec.mixture[0].weights.fr (line 21) is no source of collect, and a"
                            + " language that clean drops, but must be a source, or one of"
                            + " clean.languages (en, ja); add it to clean.languages, or delete the"
                            + " weight"));
  }

  @Test
  void wantsOneBoundPerRule() {
    assertThat(problems(with("{metric: acc.csqa, maxDrop: 0.1}", "{metric: acc.csqa}")))
        .containsExactly(
            "spec.gate.rules[0] (line 43) has no bound, but must have exactly one; keep maxDrop where"
                + " higher is better (acc), maxRise where lower is better (bits_per_byte)");
    assertThat(problems(with("maxDrop: 0.1", "maxDrop: 0.1, maxRise: 0.1")))
        .containsExactly(
            "spec.gate.rules[0] (line 43) has two bounds, maxDrop and maxRise, but must have exactly"
                + " one; keep maxDrop where higher is better (acc), maxRise where lower is better"
                + " (bits_per_byte)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "accuracy | must be one of bits_per_byte, chat_loss, acc, acc_norm, or one of these with a"
            + " part, as in acc.TASK; did you mean acc?",
        "x | must be one of bits_per_byte, chat_loss, acc, acc_norm, or one of these with a part, as"
            + " in acc.TASK; write one of these",
        "acc.csqb | must name one of evaluate.tasks (csqa); did you mean acc.csqa?",
        "acc_norm.mmlu | must name one of evaluate.tasks (csqa); add the task, or delete the rule",
        "chat_loss.en | must have no part; write chat_loss",
        "bits_per_byte.fr | must end in one of clean.languages (en, ja); write, for example,"
            + " bits_per_byte.en",
      })
  void wantsAMetricThatIsMeasured(String metric, String problem) {
    assertThat(problems(with("metric: acc.csqa", "metric: " + metric)))
        .containsExactly(
            "spec.gate.rules[0].metric (line 43) is \"%s\", but %s".formatted(metric, problem));
  }

  @Test
  void measuresNoChatLossWithoutChats() {
    String yaml =
        with("metric: acc.csqa", "metric: chat_loss").replaceFirst("(?s)  sft:.*?  dpo:", "  dpo:");

    assertThat(problems(yaml))
        .containsExactly(
            "spec.gate.rules[0].metric (line 39) is \"chat_loss\", but must be something that is"
                + " measured, and without spec.sft there are no held-out chats; delete the rule, or"
                + " add spec.sft");
  }

  @Test
  void measuresNoAccuracyWithoutTasks() {
    String yaml =
        with("      - {name: csqa, uri: \"file:csqa.jsonl\", format: commonsenseqa}\n", "")
            .replace("    tasks:\n", "    tasks: []\n");

    assertThat(problems(yaml))
        .containsExactly(
            "spec.gate.rules[0].metric (line 42) is \"acc.csqa\", but must be something that is"
                + " measured, and evaluate.tasks is empty; add the task, or delete the rule");
  }
}
