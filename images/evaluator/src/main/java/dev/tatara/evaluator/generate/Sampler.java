package dev.tatara.evaluator.generate;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws the next token: temperature, then nucleus sampling (Holtzman et al. 2020,
 * arXiv:1904.09751). The same seed gives the same text.
 */
final class Sampler {
  private final double temperature;
  private final double topP;
  private final SplittableRandom random;

  Sampler(double temperature, double topP, long seed) {
    this.temperature = temperature;
    this.topP = topP;
    this.random = new SplittableRandom(seed);
  }

  int next(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return temperature == 0 ? best : drawn(logits, logits[best]);
  }

  private int drawn(float[] logits, float largest) {
    double[] weights = new double[logits.length];
    double total = 0;
    for (int i = 0; i < logits.length; i++) {
      weights[i] = Math.exp((logits[i] - largest) / temperature);
      total += weights[i];
    }
    List<Integer> likeliestFirst =
        IntStream.range(0, weights.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -weights[i]))
            .toList();
    double nucleus = 0;
    int size = 0;
    while (size < weights.length && nucleus < topP * total) {
      nucleus += weights[likeliestFirst.get(size++)];
    }
    double left = random.nextDouble() * nucleus;
    for (int i = 0; i < size; i++) {
      left -= weights[likeliestFirst.get(i)];
      if (left < 0) {
        return likeliestFirst.get(i);
      }
    }
    return likeliestFirst.get(Math.max(0, size - 1));
  }
}
