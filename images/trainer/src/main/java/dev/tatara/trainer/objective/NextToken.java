package dev.tatara.trainer.objective;

import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.order.SampleOrder;
import dev.tatara.trainer.order.TokenWindows;
import java.util.List;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** {@code pretrain}: every token of a window but the first is to be predicted. */
public final class NextToken implements Objective {
  private final SampleOrder order;
  private final TokenWindows windows;
  private final int length;

  public NextToken(SampleOrder order, TokenWindows windows, int length) {
    this.order = order;
    this.windows = windows;
    this.length = length;
  }

  @Override
  public Sums accumulate(Llama model, long[] indices) {
    int width = length + 1;
    long[] ids = new long[indices.length * width];
    for (int row = 0; row < indices.length; row++) {
      windows.read(order.sample(indices[row]), ids, row * width);
    }
    long targets = (long) indices.length * length;
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = Tensor.create(ids).view(indices.length, width);
      Tensor hidden = model.hidden(rows.narrow(1, 0, length).contiguous());
      double loss =
          new OutputLayer(model)
              .backward(
                  hidden.view(targets, model.config().hiddenSize()),
                  rows.narrow(1, 1, length).reshape(targets),
                  null);
      return new Sums(loss, targets, targets, new TreeMap<>());
    }
  }

  @Override
  public List<String> extraNames() {
    return List.of();
  }
}
