package dev.tatara.trainer.objective;

import dev.tatara.trainer.model.DocumentMask;
import dev.tatara.trainer.model.Learning;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.tensor.Tensors;
import java.util.List;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code pretrain}: every token of a window but the first is to be predicted. */
public final class NextToken implements Objective {
  private final Windows windows;
  private final int length;
  private final double zLoss;
  private final @Nullable Integer apart;

  /** Where the tokens come from. */
  @FunctionalInterface
  public interface Windows {
    /** Copies length + 1 tokens, the window at this index of the global order, into the array. */
    void copy(long index, long[] target, int at);
  }

  /**
   * @param length tokens that one window predicts
   * @param zLoss weight of the squared log-denominator; the reported loss leaves it out
   */
  public NextToken(Windows windows, int length, double zLoss) {
    this(windows, length, zLoss, null);
  }

  /**
   * @param length tokens that one window predicts
   * @param zLoss weight of the squared log-denominator; the reported loss leaves it out
   * @param apart token that ends documents which do not see each other; every token is to be
   *     predicted still. Null: they do see each other
   */
  public NextToken(Windows windows, int length, double zLoss, @Nullable Integer apart) {
    this.windows = windows;
    this.length = length;
    this.zLoss = zLoss;
    this.apart = apart;
  }

  @Override
  public Sums accumulate(Llama model, long[] indices) {
    int width = length + 1;
    long[] ids = new long[indices.length * width];
    for (int row = 0; row < indices.length; row++) {
      windows.copy(indices[row], ids, row * width);
    }
    long targets = (long) indices.length * length;
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = Tensors.of(ids).view(indices.length, width);
      Tensor wanted = rows.narrow(1, 1, length).reshape(targets);
      double loss =
          model.train(
              rows.narrow(1, 0, length).contiguous(),
              apart == null ? null : DocumentMask.endingWith(apart, ids, width, length),
              hidden -> {
                OutputLayer.Slope slope =
                    new OutputLayer(model, zLoss).backward(hidden.flatten(0, 1), wanted, null);
                return new Learning.Direction<>(slope.gradient().view_as(hidden), slope.loss());
              });
      return new Sums(loss, targets, targets, new TreeMap<>());
    }
  }

  @Override
  public List<String> extraNames() {
    return List.of();
  }
}
