package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.rms_norm;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;
import static org.bytedeco.pytorch.global.torch.silu;

import dev.tatara.config.run.ExecutionConfig;
import dev.tatara.trainer.tensor.Hardware;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of one block: attention and MLP, the same numbers as Hugging Face's {@code
 * LlamaDecoderLayer}, {@code Qwen3DecoderLayer} and {@code Olmo2DecoderLayer}.
 *
 * <p>Shapes: B rows, T tokens, C hidden size.
 */
final class Block {
  private final HuggingFaceConfig config;
  private final Parameters parameters;
  private final TensorOptional noMask = new TensorOptional();
  private final DoubleOptional usualScale = new DoubleOptional();
  private final DoubleOptional epsilon;

  private final boolean half;

  /**
   * @param precision bf16: matrix products and attention compute with bfloat16, and what they give
   *     is a 32-bit float again; everything else stays as it is
   */
  Block(HuggingFaceConfig config, Parameters parameters, ExecutionConfig.Precision precision) {
    this.half = precision == ExecutionConfig.Precision.BF16;
    this.config = config;
    this.parameters = parameters;
    this.epsilon = new DoubleOptional(config.normEpsilon());
  }

  /** Block {@code i}, counted from 0, of hidden states [B, T, C]. */
  Tensor forward(int i, Tensor x, RotaryEmbedding.Tables tables, @Nullable DocumentMask documents) {
    return forward(i, x, tables, documents, Dropout.NONE);
  }

  /** As above, with some activations dropped. */
  Tensor forward(
      int i,
      Tensor x,
      RotaryEmbedding.Tables tables,
      @Nullable DocumentMask documents,
      Dropout dropout) {
    if (config.family() == Family.OLMO2) {
      Tensor attended = dropout.afterAttention(attention(i, x, tables, documents), i);
      Tensor y = x.add(norm(attended, i + ".norm_attention"));
      return y.add(norm(dropout.afterMlp(mlp(i, y), i), i + ".norm_mlp"));
    }
    Tensor attended = attention(i, norm(x, i + ".norm_in"), tables, documents);
    Tensor y = x.add(dropout.afterAttention(attended, i));
    return y.add(dropout.afterMlp(mlp(i, norm(y, i + ".norm_attention")), i));
  }

  private Tensor attention(
      int i, Tensor x, RotaryEmbedding.Tables tables, @Nullable DocumentMask documents) {
    long rows = x.size(0);
    long length = x.size(1);
    int heads = config.heads();
    int shared = config.keyValueHeads();
    Tensor projected = project(x, i + ".qkv");
    TensorVector parts;
    if (config.family() == Family.LLAMA) {
      // Queries and keys turn together.
      Tensor all = projected.view(rows, length, heads + 2L * shared, config.headSize());
      TensorVector two = all.split_with_sizes(new long[] {heads + shared, shared}, 2);
      TensorVector turned = tables.turn(two.get(0)).split_with_sizes(new long[] {heads, shared}, 2);
      parts = new TensorVector(turned.get(0), turned.get(1), two.get(1));
    } else {
      parts = normedQueriesAndKeys(i, projected, tables);
    }
    // On CUDA, only the flash kernel shares heads: bfloat16 without a mask.
    boolean repeats = Hardware.chosen().isCuda() && !(half && documents == null);
    long copies = repeats ? heads / shared : 1;
    Tensor mixed =
        scaled_dot_product_attention(
            narrowed(parts.get(0)).transpose(1, 2),
            Attention.repeated(narrowed(parts.get(1)), copies).transpose(1, 2),
            Attention.repeated(narrowed(parts.get(2)), copies).transpose(1, 2),
            documents == null ? noMask : new TensorOptional(documents.allowed()),
            0.0,
            documents == null,
            usualScale,
            heads != shared * copies);
    return project(
        widened(mixed).transpose(1, 2).reshape(rows, length, config.queryWidth()), i + ".o");
  }

  private TensorVector normedQueriesAndKeys(
      int i, Tensor projected, RotaryEmbedding.Tables tables) {
    long width = config.keyValueWidth();
    TensorVector parts =
        projected.split_with_sizes(new long[] {config.queryWidth(), width, width}, 2);
    boolean whole = config.family() == Family.OLMO2;
    Tensor q = whole ? norm(parts.get(0), i + ".norm_q") : parts.get(0);
    Tensor k = whole ? norm(parts.get(1), i + ".norm_k") : parts.get(1);
    Tensor queries = heads(q, config.heads());
    Tensor keys = heads(k, config.keyValueHeads());
    return new TensorVector(
        tables.turn(whole ? queries : norm(queries, i + ".norm_q")),
        tables.turn(whole ? keys : norm(keys, i + ".norm_k")),
        heads(parts.get(2), config.keyValueHeads()));
  }

  private Tensor project(Tensor x, String name) {
    return widened(linear(narrowed(x), narrowed(parameters.leaf(name))));
  }

  private Tensor narrowed(Tensor x) {
    return half ? x.to(ScalarType.BFloat16) : x;
  }

  private Tensor widened(Tensor x) {
    return half ? x.to(ScalarType.Float) : x;
  }

  private Tensor heads(Tensor projected, int count) {
    return projected.view(projected.size(0), projected.size(1), count, config.headSize());
  }

  private Tensor mlp(int i, Tensor x) {
    TensorVector gateAndUp = project(x, i + ".gate_up").chunk(2, -1);
    return project(silu(gateAndUp.get(0)).mul(gateAndUp.get(1)), i + ".down");
  }

  /** An RMS norm. */
  Tensor norm(Tensor x, String name) {
    Tensor weight = parameters.leaf(name);
    return rms_norm(x, new long[] {weight.size(0)}, new TensorOptional(weight), epsilon);
  }
}
