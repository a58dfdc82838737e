package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.core.Linear;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One transformer layer: attention and a gated MLP (SwiGLU, Shazeer 2020, arXiv:2002.05202). */
final class Block {
  private final boolean normAfter;
  private final Attention attention;
  private final Norm attentionNorm;
  private final Norm mlpNorm;
  private final NDArray gate;
  private final NDArray up;
  private final NDArray down;

  Block(HuggingFaceFolder folder, int layer, NDManager manager) {
    ModelConfig config = folder.config();
    long hidden = config.hiddenSize();
    long inner = config.intermediateSize();
    String name = "model.layers." + layer + ".";
    this.normAfter = config.family() == ModelFamily.OLMO2;
    this.attention = new Attention(folder, layer, manager);
    String first = normAfter ? "post_attention_layernorm" : "input_layernorm";
    String second = normAfter ? "post_feedforward_layernorm" : "post_attention_layernorm";
    this.attentionNorm = norm(folder, name + first, manager);
    this.mlpNorm = norm(folder, name + second, manager);
    this.gate = folder.weight(name + "mlp.gate_proj.weight", manager, inner, hidden);
    this.up = folder.weight(name + "mlp.up_proj.weight", manager, inner, hidden);
    this.down = folder.weight(name + "mlp.down_proj.weight", manager, hidden, inner);
  }

  static Norm norm(HuggingFaceFolder folder, String name, NDManager manager) {
    ModelConfig config = folder.config();
    return new Norm(
        folder.weight(name + ".weight", manager, config.hiddenSize()), config.normEpsilon());
  }

  /** Takes x over: its memory and all intermediate results are freed on return. */
  NDArray apply(
      NDArray x, Rotation rotation, @Nullable NDArray mask, @Nullable KeyValueCache cache) {
    NDManager outer = x.getManager();
    try (NDManager scope = outer.newSubManager()) {
      x.attach(scope);
      NDArray y = x.add(around(attentionNorm, x, in -> attention.apply(in, rotation, mask, cache)));
      NDArray z = y.add(around(mlpNorm, y, this::mlp));
      z.attach(outer);
      return z;
    }
  }

  private NDArray around(Norm norm, NDArray x, UnaryOperator<NDArray> inner) {
    return normAfter ? norm.apply(inner.apply(x)) : inner.apply(norm.apply(x));
  }

  private NDArray mlp(NDArray x) {
    NDArray gated = Linear.linear(x, gate).singletonOrThrow();
    NDArray activated = gated.getNDArrayInternal().sigmoid().muli(gated);
    NDArray product = activated.muli(Linear.linear(x, up).singletonOrThrow());
    return Linear.linear(product, down).singletonOrThrow();
  }
}
