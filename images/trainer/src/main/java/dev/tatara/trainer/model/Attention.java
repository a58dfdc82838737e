package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import dev.tatara.trainer.tensor.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention forward and back, by libtorch's flash attention for processors (Dao et al.,
 * arXiv 2205.14135), which never holds the scores of a whole row of tokens. Documents that are kept
 * apart are gone through one by one, so that no work is spent on what is masked.
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
   * @param logSums logarithm of each softmax's denominator, by document
   */
  record Mixed(Tensor output, List<Tensor> logSums) {
    /** All that must live until the way back. */
    Stream<Tensor> tensors() {
      return Stream.concat(Stream.of(output), logSums.stream());
    }
  }

  /** Gradients, contiguous. */
  record Gradients(Tensor queries, Tensor keys, Tensor values) {}

  /** Mixes values; apart by document if there are some. */
  Mixed mix(Tensor queries, Tensor keys, Tensor values, @Nullable DocumentMask documents) {
    if (documents == null) {
      return mix(queries, keys, values);
    }
    Tensor output = torch_empty(queries.shape());
    List<Tensor> logSums = new ArrayList<>();
    for (DocumentMask.Span span : documents.spans()) {
      Mixed mixed = mix(part(queries, span), part(keys, span), part(values, span));
      part(output, span).copy_(mixed.output());
      logSums.addAll(mixed.logSums());
    }
    return new Mixed(output, logSums);
  }

  /** The way back of {@link #mix}. */
  Gradients back(
      Tensor gradient,
      Tensor queries,
      Tensor keys,
      Tensor values,
      Mixed mixed,
      @Nullable DocumentMask documents) {
    if (documents == null) {
      return back(gradient, queries, keys, values, mixed);
    }
    Gradients whole =
        new Gradients(
            torch_empty(queries.shape()), torch_empty(keys.shape()), torch_empty(values.shape()));
    int number = 0;
    for (DocumentMask.Span span : documents.spans()) {
      try (PointerScope scope = new PointerScope()) {
        Mixed own =
            new Mixed(part(mixed.output(), span), mixed.logSums().subList(number, ++number));
        Gradients parts =
            back(
                part(gradient, span),
                part(queries, span),
                part(keys, span),
                part(values, span),
                own);
        part(whole.queries(), span).copy_(parts.queries());
        part(whole.keys(), span).copy_(parts.keys());
        part(whole.values(), span).copy_(parts.values());
      }
    }
    return whole;
  }

  private static Tensor part(Tensor tensor, DocumentMask.Span span) {
    return tensor.narrow(0, span.row(), 1).narrow(1, span.begin(), span.length());
  }

  private Mixed mix(Tensor queries, Tensor keys, Tensor values) {
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
        List.of(new Tensor(result.get(1).toTensor())));
  }

  private Gradients back(Tensor gradient, Tensor queries, Tensor keys, Tensor values, Mixed mixed) {
    long copies = queries.size(2) / keys.size(2);
    IValueVector result =
        backward.call(
            heads(gradient),
            heads(queries),
            heads(repeated(keys, copies)),
            heads(repeated(values, copies)),
            heads(mixed.output()),
            new IValue(mixed.logSums().get(0)),
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
  static Tensor repeated(Tensor tensor, long copies) {
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
