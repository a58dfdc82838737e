package dev.tatara.trainer;

import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.objective.HeldOutLoss;
import dev.tatara.trainer.order.HeldOut;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures the loss on text that is never trained on, every so many steps and after the last: as
 * {@code validation/loss.LANGUAGE}, nats per token, and {@code validation/bits_per_byte.LANGUAGE}
 * of the step's point. The ranks share the work; weights and chance are not touched, so it may be
 * broken off and done again by whoever goes on from the same weights.
 *
 * <p>Bits per byte rest on the bytes per token of all held-out text of the language, so they are
 * exact when all of it is measured.
 */
final class Validation {
  static final String LOSS = "validation/loss.";
  static final String BITS_PER_BYTE = "validation/bits_per_byte.";

  private static final int TIMES = 10;

  private final int everySteps;
  private final int steps;
  private final Gang gang;
  private final Llama model;
  private final List<HeldOut> texts;
  private final Watch watch;
  private final List<Batch> batches = new ArrayList<>();

  /** Windows of one language that are computed at a time. */
  private record Batch(int text, List<int[]> windows) {}

  /** Hears how far it is, and may end it. */
  interface Watch {
    /** So many batches of so many are done. */
    void validating(int done, int of);

    /** Whether this rank was asked to go. */
    boolean stopRequested();
  }

  Validation(
      ValidationConfig config,
      int steps,
      int microBatch,
      Gang gang,
      Llama model,
      List<HeldOut> texts,
      Watch watch) {
    this.everySteps =
        config.everySteps() == null ? Math.max(1, steps / TIMES) : config.everySteps();
    this.steps = steps;
    this.gang = gang;
    this.model = model;
    this.texts = List.copyOf(texts);
    this.watch = watch;
    for (int text = 0; text < texts.size(); text++) {
      List<int[]> windows = texts.get(text).windows();
      for (int i = 0; i < windows.size(); i += microBatch) {
        batches.add(new Batch(text, windows.subList(i, Math.min(windows.size(), i + microBatch))));
      }
    }
  }

  /** Whether the point of a step lacks what is to be measured after it. */
  boolean misses(StepReport.Point point) {
    boolean due = everySteps > 0 && (point.step() % everySteps == 0 || point.step() == steps);
    return due
        && !batches.isEmpty()
        && point.extra().keySet().stream().noneMatch(name -> name.startsWith(LOSS));
  }

  /**
   * The loss by language, the same on all ranks; empty if one of them was asked to go meanwhile.
   */
  SortedMap<String, Double> measure() {
    double[] sums = new double[texts.size()];
    SortedMap<String, Double> measured = new TreeMap<>();
    if (!sum(sums)) {
      return measured;
    }
    for (int text = 0; text < sums.length; text++) {
      HeldOut of = texts.get(text);
      double loss = sums[text] / of.tokens();
      measured.put(LOSS + of.language(), loss);
      measured.put(BITS_PER_BYTE + of.language(), loss / Math.log(2) / of.bytesPerToken());
    }
    return measured;
  }

  private boolean sum(double[] losses) {
    // All ranks go through the model equally often: under ZeRO-3 they need each other for it.
    for (int first = 0; first < batches.size(); first += gang.size()) {
      watch.validating(first, batches.size());
      if (isAnyAskedToGo()) {
        return false;
      }
      int mine = first + gang.rank();
      Batch batch = batches.get(Math.min(mine, batches.size() - 1));
      double loss = HeldOutLoss.of(model, batch.windows());
      losses[batch.text()] += mine < batches.size() ? loss : 0;
    }
    sumOverRanks(losses);
    return true;
  }

  private boolean isAnyAskedToGo() {
    double[] asked = {watch.stopRequested() ? 1 : 0};
    sumOverRanks(asked);
    return asked[0] > 0;
  }

  private void sumOverRanks(double[] values) {
    try (PointerScope scope = new PointerScope()) {
      Tensor sum = Tensor.create(values);
      gang.sum(sum);
      new DoublePointer(sum.data_ptr()).get(values);
    }
  }
}
