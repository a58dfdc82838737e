package dev.tatara.trainer.objective;

import dev.tatara.trainer.model.Llama;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is learned, and from which samples. */
public interface Objective {
  /**
   * Computes some samples of the global order and adds the gradient of their <em>summed</em> loss
   * to the model's gradients. Sums, unlike means, add up over micro-batches and ranks of unequal
   * size.
   *
   * @param indices places in the global order, at least one
   */
  Sums accumulate(Llama model, long[] indices);

  /** Names of the further metrics, in the order of {@link Sums#extra}; the same on every rank. */
  List<String> extraNames();

  /**
   * Sums over samples.
   *
   * @param loss summed loss
   * @param weight what the loss is divided by: target tokens, or pairs
   * @param tokens tokens that went through the model
   * @param extra sums of further metrics, divided by the weight when reported
   */
  record Sums(double loss, double weight, long tokens, SortedMap<String, Double> extra) {
    public static final Sums NONE = new Sums(0, 0, 0, new TreeMap<>());

    public Sums {
      extra = new TreeMap<>(extra);
    }

    /** Both together. */
    public Sums plus(Sums other) {
      SortedMap<String, Double> sum = new TreeMap<>(extra);
      other.extra.forEach((name, value) -> sum.merge(name, value, Double::sum));
      return new Sums(loss + other.loss, weight + other.weight, tokens + other.tokens, sum);
    }
  }
}
