package dev.tatara.trainer.objective;

import dev.tatara.trainer.model.Llama;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The summed loss of some windows of held-out text, in nats; changes nothing. */
public final class HeldOutLoss {
  private HeldOutLoss() {}

  /**
   * @param windows tokens, the first of each being context only
   */
  public static double of(Llama model, List<int[]> windows) {
    int width = windows.stream().mapToInt(window -> window.length).max().orElse(1);
    PaddedBatch batch = new PaddedBatch(windows.size(), width, model.config().padding());
    for (int row = 0; row < windows.size(); row++) {
      int[] window = windows.get(row);
      for (int t = 0; t < window.length; t++) {
        batch.set(row, t, window[t]);
        if (t > 0) {
          batch.target(row, t);
        }
      }
    }
    try (PointerScope scope = new PointerScope()) {
      return -batch.evaluate(
          model,
          hidden ->
              new OutputLayer(model)
                  .logProbabilities(hidden, batch.targets())
                  .sum(new ScalarTypeOptional(ScalarType.Double))
                  .item_double());
    }
  }
}
