package dev.tatara.trainer.optimizer;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.tensor.TensorLists;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) by ATen's fused kernel: one call for all
 * stretches of one weight decay. Stretches are this rank's slices, which is what makes the state
 * sharded.
 */
public final class AdamW {
  private final OptimizerConfig config;
  private final OperatorHandle kernel;
  private final TensorLists lists = new TensorLists();
  private final Map<Double, List<Stretch>> byDecay = new TreeMap<>();
  private final Tensor step;

  /**
   * @param stretches all that this rank updates
   */
  public AdamW(OptimizerConfig config, List<Stretch> stretches) {
    this.config = config;
    // The bindings have no method for the fused kernel; the dispatcher finds it by name.
    kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    for (Stretch stretch : stretches) {
      byDecay.computeIfAbsent(decay(stretch.kind()), key -> new ArrayList<>()).add(stretch);
    }
    step = torch_zeros(new long[0]);
  }

  private double decay(Stretch.Kind kind) {
    return switch (kind) {
      case NORM -> 0;
      case EMBEDDING -> config.decayEmbeddings() ? config.weightDecay() : 0;
      case MATRIX -> config.weightDecay();
    };
  }

  /**
   * Updates the parameters in place.
   *
   * @param number number of this step, from 1
   */
  public void update(int number, double learningRate) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      step.fill_(new Scalar((double) number));
      byDecay.forEach((decay, stretches) -> update(stretches, decay, learningRate));
    }
  }

  private void update(List<Stretch> stretches, double decay, double learningRate) {
    kernel.callBoxed(
        new IValueVector(
            list(stretches, Stretch::parameters),
            list(stretches, Stretch::gradients),
            list(stretches, Stretch::firstMoment),
            list(stretches, Stretch::secondMoment),
            lists.of(List.of()),
            // The kernel expects the step already counted; 0 would divide by zero.
            lists.of(Collections.nCopies(stretches.size(), step)),
            new IValue(learningRate),
            new IValue(config.beta1()),
            new IValue(config.beta2()),
            new IValue(decay),
            new IValue(config.epsilon()),
            new IValue(false),
            new IValue(false),
            new IValue(),
            new IValue()));
  }

  private IValue list(List<Stretch> stretches, Function<Stretch, Tensor> part) {
    return lists.of(stretches.stream().map(part).toList());
  }
}
