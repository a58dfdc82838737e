package dev.tatara.trainer.objective;

import dev.tatara.base.token.PairRow;
import dev.tatara.trainer.model.Learning;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * {@code dpo}: direct preference optimisation with the sigmoid loss (Rafailov et al., arXiv
 * 2305.18290, equation 7) against a frozen reference. Metrics are named as in TRL's {@code
 * DPOTrainer}.
 */
public final class Preferences implements Objective {
  private static final String CHOSEN = "rewards/chosen";
  private static final String REJECTED = "rewards/rejected";
  private static final String ACCURACIES = "rewards/accuracies";
  private static final String MARGINS = "rewards/margins";

  private final LongFunction<PairRow> pairs;
  private final Llama reference;
  private final double beta;
  private final int longest;

  /**
   * @param pairs by index of the global order
   * @param reference the model before training
   * @param beta strength of the pull towards the reference
   * @param longest tokens of prompt and answer that are read; what is beyond is cut
   */
  public Preferences(LongFunction<PairRow> pairs, Llama reference, double beta, int longest) {
    this.pairs = pairs;
    this.reference = reference;
    this.beta = beta;
    this.longest = longest;
  }

  @Override
  public Sums accumulate(Llama model, long[] indices) {
    List<PairRow> rows = Arrays.stream(indices).mapToObj(pairs).toList();
    PaddedBatch batch = batch(rows, model.config().padding());
    try (PointerScope scope = new PointerScope()) {
      double[] before = answers(reference, batch);
      return batch.train(model, hidden -> prefer(model, batch, hidden, before));
    }
  }

  private Learning.Direction<Sums> prefer(
      Llama model, PaddedBatch batch, Tensor hidden, double[] before) {
    OutputLayer output = new OutputLayer(model);
    Tensor targets = batch.targets();
    double[] now = sums(output.logProbabilities(hidden, targets), batch);
    double[] slopes = new double[batch.rows()];
    Sums sums = new Sums(0, 0, batch.tokens(), new TreeMap<>());
    for (int pair = 0; pair < batch.rows() / 2; pair++) {
      int other = pair + batch.rows() / 2;
      double chosen = beta * (now[pair] - before[pair]);
      double rejected = beta * (now[other] - before[other]);
      slopes[pair] = beta / (1 + Math.exp(chosen - rejected));
      slopes[other] = -slopes[pair];
      sums = sums.plus(report(chosen, rejected));
    }
    OutputLayer.Slope slope = output.backward(hidden, targets, weights(batch, slopes));
    return new Learning.Direction<>(slope.gradient(), sums);
  }

  private static Sums report(double chosen, double rejected) {
    double margin = chosen - rejected;
    // −log σ(margin), without overflow for large negative margins.
    double loss = Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin);
    return new Sums(
        loss,
        1,
        0,
        new TreeMap<>(
            Map.of(
                CHOSEN,
                chosen,
                REJECTED,
                rejected,
                MARGINS,
                margin,
                ACCURACIES,
                margin > 0 ? 1.0 : 0.0)));
  }

  /** Chosen answers in the first half of the rows, rejected ones in the second. */
  private PaddedBatch batch(List<PairRow> rows, int padding) {
    int width = 1;
    for (PairRow row : rows) {
      int answer = Math.max(row.chosen().size(), row.rejected().size());
      width = Math.max(width, Math.min(longest, row.prompt().size() + answer));
    }
    PaddedBatch batch = new PaddedBatch(2 * rows.size(), width, padding);
    for (int r = 0; r < rows.size(); r++) {
      add(batch, r, rows.get(r).prompt(), rows.get(r).chosen());
      add(batch, r + rows.size(), rows.get(r).prompt(), rows.get(r).rejected());
    }
    return batch;
  }

  private void add(PaddedBatch batch, int row, List<Integer> prompt, List<Integer> answer) {
    for (int t = 0; t < Math.min(longest, prompt.size() + answer.size()); t++) {
      boolean asked = t < prompt.size();
      batch.set(row, t, asked ? prompt.get(t) : answer.get(t - prompt.size()));
      if (!asked && t > 0) {
        batch.target(row, t);
      }
    }
  }

  private static double[] answers(Llama model, PaddedBatch batch) {
    try (PointerScope scope = new PointerScope()) {
      return batch.evaluate(
          model,
          hidden -> sums(new OutputLayer(model).logProbabilities(hidden, batch.targets()), batch));
    }
  }

  /** Log-probability of each row's answer. */
  private static double[] sums(Tensor logs, PaddedBatch batch) {
    double[] sums = new double[batch.rows()];
    FloatPointer values = new FloatPointer(Tensors.onHost(logs).data_ptr());
    for (int i = 0; i < batch.targetCount(); i++) {
      sums[batch.rowOfTarget().get(i)] += values.get(i);
    }
    return sums;
  }

  private static Tensor weights(PaddedBatch batch, double[] slopes) {
    float[] weights = new float[batch.targetCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) slopes[batch.rowOfTarget().get(i)];
    }
    return Tensors.of(weights, weights.length);
  }

  @Override
  public List<String> extraNames() {
    return List.of(ACCURACIES, CHOSEN, MARGINS, REJECTED);
  }
}
