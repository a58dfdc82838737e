package dev.tatara.trainer.objective;

import static org.bytedeco.pytorch.global.torch.empty_like;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.log_softmax_out;

import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.tensor.Hardware;
import dev.tatara.trainer.tensor.MatrixProduct;
import dev.tatara.trainer.tensor.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Output projection and cross-entropy in one, a stretch of tokens at a time: the logits of a whole
 * micro-batch never exist, and those of a stretch stay in the processor's cache. The gradient is
 * the textbook's, softmax minus one-hot. Measured at 128 × 4,096: half the time of autograd's way.
 *
 * <p>Shapes: N tokens, C hidden size, V vocabulary.
 */
final class OutputLayer {
  /** Logits of one stretch: 8 MB. */
  private static final long STRETCH_ELEMENTS = 1 << 21;

  /** On a device what counts is that a kernel is long: 256 MB. */
  private static final long DEVICE_STRETCH_ELEMENTS = 1 << 26;

  private final Tensor head;
  private final Tensor headGradient;
  private final long stretch;
  private final double zLoss;

  OutputLayer(Llama model) {
    this(model, 0);
  }

  /**
   * @param zLoss weight of the squared logarithm of the softmax's denominator (PaLM, arXiv
   *     2204.02311, section 5)
   */
  OutputLayer(Llama model, double zLoss) {
    this.zLoss = zLoss;
    head = model.head();
    headGradient = model.headGradient();
    long elements = Hardware.chosen().isCuda() ? DEVICE_STRETCH_ELEMENTS : STRETCH_ELEMENTS;
    stretch = Math.max(16, elements / model.config().vocabularySize());
  }

  /** Log-softmax of each row, in the same memory on processors. */
  private static Tensor logarithms(Tensor logits) {
    if (Hardware.chosen().isCuda()) {
      return logits.log_softmax(1);
    }
    // There each row is read before it is written, so it may be its own result.
    return log_softmax_out(logits, logits, 1);
  }

  /** Log-probability of each target, [N]; without gradient. */
  Tensor logProbabilities(Tensor hidden, Tensor targets) {
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor result = Tensors.zeros(targets.size(0));
      for (long begin = 0; begin < targets.size(0); begin += stretch) {
        try (PointerScope scope = new PointerScope()) {
          long length = Math.min(stretch, targets.size(0) - begin);
          Tensor logs = linear(hidden.narrow(0, begin, length), head).log_softmax(1);
          Tensor wanted = targets.narrow(0, begin, length).unsqueeze(1);
          result.narrow(0, begin, length).copy_(logs.gather(1, wanted).squeeze(1));
        }
      }
      return result;
    }
  }

  /** The summed loss Σ −log p(targetᵢ), unweighted, and the gradient for hidden states [N, C]. */
  record Slope(double loss, Tensor gradient) {}

  /**
   * The gradient of the loss Σ wᵢ · (−log p(targetᵢ) + z · logZᵢ²); that of the projection is added
   * to it. The loss that is returned is without the z-loss.
   *
   * @param hidden [N, C]
   * @param targets [N], int64
   * @param weights [N]; null for all ones
   */
  Slope backward(Tensor hidden, Tensor targets, @Nullable Tensor weights) {
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor gradient = empty_like(hidden);
      Tensor memory = Tensors.empty(Math.min(stretch, targets.size(0)), head.size(0));
      Tensor sum = Tensors.zero(ScalarType.Double);
      for (long begin = 0; begin < targets.size(0); begin += stretch) {
        long length = Math.min(stretch, targets.size(0) - begin);
        try (PointerScope scope = new PointerScope()) {
          Tensor part = hidden.narrow(0, begin, length);
          Tensor wanted = targets.narrow(0, begin, length).unsqueeze(1);
          Tensor slope = memory.narrow(0, 0, length);
          MatrixProduct.set(slope, part, head.t());
          Tensor logits = slope.gather(1, wanted);
          slope = logarithms(slope);
          Tensor logs = slope.gather(1, wanted);
          sum.sub_(logs.sum(new ScalarTypeOptional(ScalarType.Double)));
          slope.exp_();
          if (zLoss > 0) {
            // d(z · logZ²) = 2z · logZ · softmax, and logZ is what log-softmax took off.
            Tensor logZ = logits.sub_(logs);
            slope.mul_(logZ.mul_(new Scalar(2 * zLoss)).add_(new Scalar(1.0)));
          }
          slope.scatter_add_(1, wanted, Tensors.full(-1.0, logs.shape()));
          if (weights != null) {
            slope.mul_(weights.narrow(0, begin, length).unsqueeze(1));
          }
          MatrixProduct.set(gradient.narrow(0, begin, length), slope, head);
          MatrixProduct.add(headGradient, slope.t(), part);
        }
      }
      return new Slope(sum.item_double(), gradient);
    }
  }
}
