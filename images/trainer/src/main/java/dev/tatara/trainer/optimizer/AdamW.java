package dev.tatara.trainer.optimizer;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.tensor.TensorLists;
import dev.tatara.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101) on this rank's slices, by ATen's fused kernel:
 * one call for all stretches of one weight decay.
 */
final class AdamW {
  private final OptimizerConfig config;
  private final OperatorHandle kernel;
  private final TensorLists lists = new TensorLists();
  private final Map<Double, List<Stretch>> byDecay;
  private final Tensor step;

  /**
   * @param shares what to update, in order
   */
  AdamW(OptimizerConfig config, List<Share> shares) {
    this.config = config;
    // The bindings have no method for the fused kernel; the dispatcher finds it by name.
    kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    byDecay = byDecay(config, shares);
    step = Tensors.zeros();
  }

  /** Neighbours with equal decay become one stretch: few long calls instead of many short ones. */
  private static Map<Double, List<Stretch>> byDecay(OptimizerConfig config, List<Share> shares) {
    Map<Double, List<Stretch>> byDecay = new TreeMap<>();
    for (int first = 0, next; first < shares.size(); first = next) {
      Share share = shares.get(first);
      double decay = share.role().weightDecay(config);
      next = first + 1;
      while (next < shares.size() && joins(shares.get(next - 1), shares.get(next), config)) {
        next++;
      }
      byDecay
          .computeIfAbsent(decay, any -> new ArrayList<>())
          .add(cut(share.stretch(), share.begin(), shares.get(next - 1).end()));
    }
    return byDecay;
  }

  private static boolean joins(Share before, Share share, OptimizerConfig config) {
    return share.stretch() == before.stretch()
        && share.begin() - before.end() < Share.NEAR
        && share.role().weightDecay(config) == before.role().weightDecay(config);
  }

  private static Stretch cut(Stretch whole, long begin, long end) {
    long length = end - begin;
    return new Stretch(
        whole.unit(),
        whole.offset() + begin,
        whole.parameters().narrow(0, begin, length),
        whole.gradients().narrow(0, begin, length),
        whole.firstMoment().narrow(0, begin, length),
        whole.secondMoment().narrow(0, begin, length));
  }

  /**
   * Updates the parameters in place.
   *
   * @param number number of this step, from 1
   */
  void update(int number, double learningRate) {
    step.fill_(new Scalar((double) number));
    byDecay.forEach(
        (decay, stretches) ->
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
                    new IValue(decay.doubleValue()),
                    new IValue(config.epsilon()),
                    new IValue(false),
                    new IValue(false),
                    new IValue(),
                    new IValue())));
  }

  private IValue list(List<Stretch> stretches, Function<Stretch, Tensor> part) {
    return lists.of(stretches.stream().map(part).toList());
  }
}
