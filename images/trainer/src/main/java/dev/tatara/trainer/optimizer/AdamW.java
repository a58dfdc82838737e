package dev.tatara.trainer.optimizer;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.tensor.TensorLists;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) on one range of the flat parameters, by ATen's
 * fused kernel.
 */
final class AdamW {
  /** Elements of the range that are treated alike. */
  private record Stretch(long begin, long end) {}

  private final OptimizerConfig config;
  private final OperatorHandle kernel;
  private final TensorLists lists = new TensorLists();
  private final Map<Double, List<Stretch>> byDecay;
  private final Tensor firstMoment;
  private final Tensor secondMoment;
  private final Tensor step;

  /**
   * @param shares what to update, in order
   * @param firstMoment of the range
   * @param secondMoment of the range
   */
  AdamW(OptimizerConfig config, List<Share> shares, Tensor firstMoment, Tensor secondMoment) {
    this.config = config;
    // The bindings have no method for the fused kernel; the dispatcher finds it by name.
    kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    byDecay = byDecay(config, shares);
    this.firstMoment = firstMoment;
    this.secondMoment = secondMoment;
    step = torch_zeros(new long[0]);
  }

  /** Neighbours with equal decay become one stretch: few long calls instead of many short ones. */
  private static Map<Double, List<Stretch>> byDecay(OptimizerConfig config, List<Share> shares) {
    Map<Double, List<Stretch>> byDecay = new TreeMap<>();
    double last = Double.NaN;
    for (Share share : shares) {
      double decay = share.role().weightDecay(config);
      List<Stretch> stretches = byDecay.computeIfAbsent(decay, any -> new ArrayList<>());
      boolean neighbour = decay == last && share.begin() - lastEnd(stretches) < Share.NEAR;
      if (neighbour) {
        Stretch before = stretches.remove(stretches.size() - 1);
        stretches.add(new Stretch(before.begin(), share.end()));
      } else {
        stretches.add(new Stretch(share.begin(), share.end()));
      }
      last = decay;
    }
    return byDecay;
  }

  private static long lastEnd(List<Stretch> stretches) {
    return stretches.get(stretches.size() - 1).end();
  }

  /**
   * Updates the parameters in place.
   *
   * @param parameters the range
   * @param gradients of the range
   * @param number number of this step, from 1
   */
  void update(Tensor parameters, Tensor gradients, int number, double learningRate) {
    step.fill_(new Scalar((double) number));
    byDecay.forEach(
        (decay, stretches) ->
            kernel.callBoxed(
                new IValueVector(
                    list(parameters, stretches),
                    list(gradients, stretches),
                    list(firstMoment, stretches),
                    list(secondMoment, stretches),
                    lists.of(List.of()),
                    // The kernel expects the step already counted; 0 would divide by zero.
                    lists.of(Collections.nCopies(stretches.size(), step)),
                    new IValue(learningRate),
                    new IValue(config.beta1()),
                    new IValue(config.beta2()),
                    new IValue(decay.doubleValue()),
                    new IValue(config.epsilon()),
                    new IValue(false),
                    new IValue(false),
                    new IValue(),
                    new IValue())));
  }

  private IValue list(Tensor range, List<Stretch> stretches) {
    return lists.of(
        stretches.stream()
            .map(stretch -> range.narrow(0, stretch.begin(), stretch.end() - stretch.begin()))
            .toList());
  }
}
