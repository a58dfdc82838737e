package dev.tatara.trainer.optimizer;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.tensor.TensorLists;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) on one range of the flat parameters, by ATen's
 * fused kernel. It keeps moments for its range only, which is what makes the state sharded.
 */
public final class AdamW {
  /** A stretch of the range with one weight decay. */
  private record Stretch(long begin, long length, double decay) {}

  private final OptimizerConfig config;
  private final OperatorHandle kernel;
  private final TensorLists lists = new TensorLists();
  private final List<Stretch> stretches = new ArrayList<>();
  private final Tensor firstMoment;
  private final Tensor secondMoment;
  private final Tensor step;

  /**
   * @param length elements of the range
   * @param decayed how many of them, from the beginning, weight decay shrinks
   */
  public AdamW(OptimizerConfig config, long length, long decayed) {
    this.config = config;
    // The bindings have no method for the fused kernel; the dispatcher finds it by name.
    kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    if (decayed > 0) {
      stretches.add(new Stretch(0, decayed, config.weightDecay()));
    }
    if (decayed < length) {
      stretches.add(new Stretch(decayed, length - decayed, 0));
    }
    firstMoment = torch_zeros(length);
    secondMoment = torch_zeros(length);
    step = torch_zeros(new long[0]);
  }

  /**
   * Updates the parameters in place.
   *
   * @param parameters [length]
   * @param gradients [length]
   * @param number number of this step, from 1
   */
  public void update(Tensor parameters, Tensor gradients, int number, double learningRate) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      step.fill_(new Scalar((double) number));
      for (Stretch stretch : stretches) {
        kernel.callBoxed(
            new IValueVector(
                list(parameters, stretch),
                list(gradients, stretch),
                list(firstMoment, stretch),
                list(secondMoment, stretch),
                lists.of(List.of()),
                // The kernel expects the step already counted; 0 would divide by zero.
                lists.of(List.of(step)),
                new IValue(learningRate),
                new IValue(config.beta1()),
                new IValue(config.beta2()),
                new IValue(stretch.decay()),
                new IValue(config.epsilon()),
                new IValue(false),
                new IValue(false),
                new IValue(),
                new IValue()));
      }
    }
  }

  private IValue list(Tensor range, Stretch stretch) {
    return lists.of(List.of(range.narrow(0, stretch.begin(), stretch.length())));
  }

  /** Moving mean of the gradient, [length]. */
  public Tensor firstMoment() {
    return firstMoment;
  }

  /** Moving mean of the squared gradient, [length]. */
  public Tensor secondMoment() {
    return secondMoment;
  }
}
