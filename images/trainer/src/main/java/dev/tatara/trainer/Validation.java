package dev.tatara.trainer;

import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.StepReport;
import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.objective.HeldOutLoss;
import dev.tatara.trainer.order.HeldOut;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures the loss on text that is never trained on, every so many steps and after the last: into
 * the step's report as {@code validation/loss.LANGUAGE}, nats per token, and {@code
 * validation/bits_per_byte.LANGUAGE}. The ranks share the work; weights and chance are not touched.
 *
 * <p>Bits per byte rest on the bytes per token of all held-out text of the language, so they are
 * exact when all of it is measured.
 */
final class Validation implements UnaryOperator<StepReport> {
  static final String LOSS = "validation/loss.";
  static final String BITS_PER_BYTE = "validation/bits_per_byte.";

  private static final int TIMES = 10;

  private final int everySteps;
  private final int steps;
  private final Gang gang;
  private final Llama model;
  private final List<HeldOut> texts;
  private final List<Batch> batches = new ArrayList<>();

  /** Windows of one language that are computed at a time. */
  private record Batch(int text, List<int[]> windows) {}

  Validation(
      ValidationConfig config,
      int steps,
      int microBatch,
      Gang gang,
      Llama model,
      List<HeldOut> texts) {
    this.everySteps =
        config.everySteps() == null ? Math.max(1, steps / TIMES) : config.everySteps();
    this.steps = steps;
    this.gang = gang;
    this.model = model;
    this.texts = List.copyOf(texts);
    for (int text = 0; text < texts.size(); text++) {
      List<int[]> windows = texts.get(text).windows();
      for (int i = 0; i < windows.size(); i += microBatch) {
        batches.add(new Batch(text, windows.subList(i, Math.min(windows.size(), i + microBatch))));
      }
    }
  }

  /** The report, with what was measured if this is a step to do so; the same on all ranks. */
  @Override
  public StepReport apply(StepReport report) {
    boolean due = everySteps > 0 && (report.step() % everySteps == 0 || report.step() == steps);
    if (!due || batches.isEmpty()) {
      return report;
    }
    TreeMap<String, Double> extra = new TreeMap<>(report.extra());
    double[] sums = sums();
    for (int text = 0; text < sums.length; text++) {
      HeldOut measured = texts.get(text);
      double loss = sums[text] / measured.tokens();
      extra.put(LOSS + measured.language(), loss);
      extra.put(BITS_PER_BYTE + measured.language(), loss / Math.log(2) / measured.bytesPerToken());
    }
    return report.with(extra);
  }

  private double[] sums() {
    double[] own = new double[texts.size()];
    // All ranks go through the model equally often: under ZeRO-3 they need each other for it.
    for (int first = 0; first < batches.size(); first += gang.size()) {
      int mine = first + gang.rank();
      Batch batch = batches.get(Math.min(mine, batches.size() - 1));
      double loss = HeldOutLoss.of(model, batch.windows());
      own[batch.text()] += mine < batches.size() ? loss : 0;
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor sum = Tensor.create(own);
      gang.sum(sum);
      new DoublePointer(sum.data_ptr()).get(own);
      return own;
    }
  }
}
