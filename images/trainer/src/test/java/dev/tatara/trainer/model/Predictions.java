package dev.tatara.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.FloatBuffer;

/** What a model says of one sequence, summed up as the reference values are. */
record Predictions(
    int length,
    int best,
    float[] first,
    double deviation,
    double logProbability,
    double squaredLogZ) {
  private static final double LOGIT = 2e-4;
  private static final double NLL = 1e-5;

  static Predictions of(Llama model, long[] tokens) {
    FloatBuffer logits = ModelForwardTest.logits(model, tokens, null);
    int vocabulary = model.config().vocabularySize();
    double logProbability = 0;
    double squares = 0;
    for (int t = 0; t + 1 < tokens.length; t++) {
      double logZ = logZ(logits, t * vocabulary, vocabulary);
      logProbability += logits.get(t * vocabulary + (int) tokens[t + 1]) - logZ;
      squares += logZ * logZ;
    }
    int last = (tokens.length - 1) * vocabulary;
    int best = 0;
    for (int v = 1; v < vocabulary; v++) {
      best = logits.get(last + v) > logits.get(last + best) ? v : best;
    }
    float[] first = new float[8];
    logits.get(last, first);
    return new Predictions(tokens.length, best, first, deviation(logits), logProbability, squares);
  }

  private static double logZ(FloatBuffer logits, int from, int count) {
    double sum = 0;
    for (int v = 0; v < count; v++) {
      sum += Math.exp(logits.get(from + v));
    }
    return Math.log(sum);
  }

  private static double deviation(FloatBuffer values) {
    double mean = 0;
    for (int i = 0; i < values.remaining(); i++) {
      mean += values.get(i) / (double) values.remaining();
    }
    double squares = 0;
    for (int i = 0; i < values.remaining(); i++) {
      squares += (values.get(i) - mean) * (values.get(i) - mean);
    }
    return Math.sqrt(squares / (values.remaining() - 1));
  }

  /** Compares one recorded value; fails for a kind that is not known. */
  void assertEqual(String key, JsonNode wanted) {
    int targets = length - 1;
    double loss = -logProbability / targets;
    switch (key) {
      case "len" -> assertThat(length).isEqualTo(wanted.asInt());
      case "argmax_last" -> assertThat(best).isEqualTo(wanted.asInt());
      case "logits_last_first8" -> {
        assertThat(wanted.size()).isEqualTo(first.length);
        for (int i = 0; i < first.length; i++) {
          assertThat((double) first[i]).isCloseTo(wanted.get(i).asDouble(), within(LOGIT));
        }
      }
      case "logits_std" -> assertThat(deviation).isCloseTo(wanted.asDouble(), within(1e-5));
      case "sum_logprob_next_tokens" ->
          assertThat(logProbability).isCloseTo(wanted.asDouble(), within(NLL * targets));
      case "mean_nll" -> assertThat(loss).isCloseTo(wanted.asDouble(), within(NLL));
      case "ppl" -> assertThat(Math.exp(loss) / wanted.asDouble()).isCloseTo(1.0, within(2 * NLL));
      case "z_loss_mean_sq_logZ" ->
          assertThat(squaredLogZ / targets / wanted.asDouble()).isCloseTo(1.0, within(NLL));
      default -> fail("a sequence has an unknown \"%s\"", key);
    }
  }
}
