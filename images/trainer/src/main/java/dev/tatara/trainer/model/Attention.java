package dev.tatara.trainer.model;

import dev.tatara.trainer.tensor.Operator;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;

/**
 * Causal attention forward and back, by libtorch's flash attention for processors (Dao et al.,
 * arXiv 2205.14135), which never holds the scores of a whole row of tokens.
 *
 * <p>Shapes: queries [B, T, heads, head size], keys and values [B, T, key-value heads, head size].
 */
final class Attention {
  private final Operator forward =
      new Operator("aten::_scaled_dot_product_flash_attention_for_cpu");
  private final Operator backward =
      new Operator("aten::_scaled_dot_product_flash_attention_for_cpu_backward");

  /**
   * @param output [B, T, heads, head size]; contiguous
   * @param logSums logarithm of each softmax's denominator
   */
  record Mixed(Tensor output, Tensor logSums) {}

  /** Gradients, contiguous. */
  record Gradients(Tensor queries, Tensor keys, Tensor values) {}

  Mixed mix(Tensor queries, Tensor keys, Tensor values) {
    long copies = queries.size(2) / keys.size(2);
    IValueVector result =
        forward.call(
            heads(queries),
            heads(repeated(keys, copies)),
            heads(repeated(values, copies)),
            new IValue(0.0),
            new IValue(true),
            new IValue(),
            new IValue());
    return new Mixed(
        result.get(0).toTensor().transpose(1, 2).contiguous(),
        new Tensor(result.get(1).toTensor()));
  }

  Gradients back(Tensor gradient, Tensor queries, Tensor keys, Tensor values, Mixed mixed) {
    long copies = queries.size(2) / keys.size(2);
    IValueVector result =
        backward.call(
            heads(gradient),
            heads(queries),
            heads(repeated(keys, copies)),
            heads(repeated(values, copies)),
            heads(mixed.output()),
            new IValue(mixed.logSums()),
            new IValue(0.0),
            new IValue(true),
            new IValue(),
            new IValue());
    return new Gradients(
        result.get(0).toTensor().transpose(1, 2).contiguous(),
        summed(result.get(1).toTensor().transpose(1, 2), copies),
        summed(result.get(2).toTensor().transpose(1, 2), copies));
  }

  private static IValue heads(Tensor tensor) {
    return new IValue(tensor.transpose(1, 2));
  }

  /** Each key-value head for all of the query heads that share it. */
  private static Tensor repeated(Tensor tensor, long copies) {
    return copies == 1
        ? tensor
        : tensor
            .unsqueeze(3)
            .expand(tensor.size(0), tensor.size(1), tensor.size(2), copies, tensor.size(3))
            .flatten(2, 3);
  }

  private static Tensor summed(Tensor gradient, long copies) {
    return copies == 1
        ? gradient.contiguous()
        : gradient.unflatten(2, new long[] {gradient.size(2) / copies, copies}).sum(3).contiguous();
  }
}
