package dev.tatara.trainer.model;

import static org.bytedeco.pytorch.global.torch.embedding;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.rms_norm;
import static org.bytedeco.pytorch.global.torch.scaled_dot_product_attention;
import static org.bytedeco.pytorch.global.torch.silu;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of the LLaMA family, the same numbers as Hugging Face's {@code
 * LlamaForCausalLM}, {@code Qwen3ForCausalLM} and {@code Olmo2ForCausalLM}.
 *
 * <p>Shapes: B rows, T tokens, C hidden size, V vocabulary. Run it within a {@code PointerScope}.
 */
public final class Llama {
  private final HuggingFaceConfig config;
  private final Parameters parameters;
  private final RotaryEmbedding rotary;
  private final TensorOptional noMask = new TensorOptional();
  private final DoubleOptional usualScale = new DoubleOptional();
  private final DoubleOptional epsilon;

  /**
   * @param longest tokens of the longest sequence that will be asked for
   */
  public Llama(HuggingFaceConfig config, Parameters parameters, int longest) {
    this.config = config;
    this.parameters = parameters;
    this.rotary = new RotaryEmbedding(config, longest);
    this.epsilon = new DoubleOptional(config.normEpsilon());
  }

  /** Dimensions. */
  public HuggingFaceConfig config() {
    return config;
  }

  /** Weights. */
  public Parameters parameters() {
    return parameters;
  }

  /** What the output projection sees: after the final norm, [B, T, C]. */
  public Tensor hidden(Tensor tokens) {
    return hidden(tokens, null);
  }

  /** As {@link #hidden(Tensor)}, with documents kept apart if there is a mask. */
  public Tensor hidden(Tensor tokens, @Nullable DocumentMask documents) {
    RotaryEmbedding.Tables tables =
        documents == null ? rotary.upTo(tokens.size(1)) : rotary.at(documents.positions());
    Tensor x = embedding(parameters.leaf("embed"), tokens);
    for (int i = 0; i < config.layers(); i++) {
      x = block(i, x, tables, documents);
    }
    return norm(x, "norm");
  }

  /** What goes into each block, [B, T, C], and last what the output projection sees. */
  List<Tensor> states(Tensor tokens) {
    RotaryEmbedding.Tables tables = rotary.upTo(tokens.size(1));
    List<Tensor> states = new ArrayList<>();
    Tensor x = embedding(parameters.leaf("embed"), tokens);
    for (int i = 0; i < config.layers(); i++) {
      states.add(x);
      x = block(i, x, tables, null);
    }
    states.add(norm(x, "norm"));
    return states;
  }

  /** The output projection, [V, C]; a leaf. */
  public Tensor head() {
    return parameters.leaf(config.tiedEmbeddings() ? "embed" : "head");
  }

  /** Logits, [B, T, V]. */
  public Tensor logits(Tensor tokens, @Nullable DocumentMask documents) {
    return linear(hidden(tokens, documents), head());
  }

  private Tensor block(
      int i, Tensor x, RotaryEmbedding.Tables tables, @Nullable DocumentMask documents) {
    if (config.family() == Family.OLMO2) {
      Tensor y = x.add(norm(attention(i, x, tables, documents), i + ".norm_attention"));
      return y.add(norm(mlp(i, y), i + ".norm_mlp"));
    }
    Tensor y = x.add(attention(i, norm(x, i + ".norm_in"), tables, documents));
    return y.add(mlp(i, norm(y, i + ".norm_attention")));
  }

  private Tensor attention(
      int i, Tensor x, RotaryEmbedding.Tables tables, @Nullable DocumentMask documents) {
    long rows = x.size(0);
    long length = x.size(1);
    int heads = config.heads();
    int shared = config.keyValueHeads();
    Tensor projected = linear(x, parameters.leaf(i + ".qkv"));
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
    Tensor mixed =
        scaled_dot_product_attention(
            parts.get(0).transpose(1, 2),
            parts.get(1).transpose(1, 2),
            parts.get(2).transpose(1, 2),
            documents == null ? noMask : new TensorOptional(documents.allowed()),
            0.0,
            documents == null,
            usualScale,
            heads != shared);
    return linear(
        mixed.transpose(1, 2).reshape(rows, length, config.queryWidth()),
        parameters.leaf(i + ".o"));
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

  private Tensor heads(Tensor projected, int count) {
    return projected.view(projected.size(0), projected.size(1), count, config.headSize());
  }

  private Tensor mlp(int i, Tensor x) {
    TensorVector gateAndUp = linear(x, parameters.leaf(i + ".gate_up")).chunk(2, -1);
    return linear(silu(gateAndUp.get(0)).mul(gateAndUp.get(1)), parameters.leaf(i + ".down"));
  }

  private Tensor norm(Tensor x, String name) {
    Tensor weight = parameters.leaf(name);
    return rms_norm(x, new long[] {weight.size(0)}, new TensorOptional(weight), epsilon);
  }
}
