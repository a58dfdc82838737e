package dev.tatara.trainer.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where every parameter lies in the one flat buffer: first the matrices, which weight decay
 * shrinks, then the norms, which it does not. What is multiplied together lies together, so that
 * query, key and value (and gate and up) are one matrix to the engine and several names in a file.
 */
public final class ParameterLayout {
  /** Leaves begin on a cache line. */
  private static final long ALIGNMENT = 16;

  /**
   * A stretch of the flat buffer.
   *
   * @param offset first element
   * @param shape sizes of its dimensions
   */
  public record Slot(String name, long offset, List<Long> shape) {
    public Slot {
      shape = List.copyOf(shape);
    }

    /** Elements of the stretch. */
    public long elements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  private final HuggingFaceConfig config;
  private final Map<String, Slot> leaves = new LinkedHashMap<>();
  private final List<Slot> tensors = new ArrayList<>();
  private long next;
  private long decayed;

  private ParameterLayout(HuggingFaceConfig config) {
    this.config = config;
  }

  /** The layout of a model with these dimensions. */
  public static ParameterLayout of(HuggingFaceConfig config) {
    ParameterLayout layout = new ParameterLayout(config);
    layout.matrices();
    layout.align();
    layout.decayed = layout.next;
    layout.norms();
    layout.align();
    return layout;
  }

  private void matrices() {
    int hidden = config.hiddenSize();
    leaf("embed", part("model.embed_tokens.weight", config.vocabularySize(), hidden));
    for (int i = 0; i < config.layers(); i++) {
      String prefix = "model.layers.%d.".formatted(i);
      leaf(
          i + ".qkv",
          part(prefix + "self_attn.q_proj.weight", config.queryWidth(), hidden),
          part(prefix + "self_attn.k_proj.weight", config.keyValueWidth(), hidden),
          part(prefix + "self_attn.v_proj.weight", config.keyValueWidth(), hidden));
      leaf(i + ".o", part(prefix + "self_attn.o_proj.weight", hidden, config.queryWidth()));
      leaf(
          i + ".gate_up",
          part(prefix + "mlp.gate_proj.weight", config.intermediateSize(), hidden),
          part(prefix + "mlp.up_proj.weight", config.intermediateSize(), hidden));
      leaf(i + ".down", part(prefix + "mlp.down_proj.weight", hidden, config.intermediateSize()));
    }
    if (!config.tiedEmbeddings()) {
      leaf("head", part("lm_head.weight", config.vocabularySize(), hidden));
    }
  }

  private void norms() {
    int hidden = config.hiddenSize();
    boolean after = config.family() == Family.OLMO2;
    for (int i = 0; i < config.layers(); i++) {
      String prefix = "model.layers.%d.".formatted(i);
      if (!after) {
        leaf(i + ".norm_in", part(prefix + "input_layernorm.weight", hidden));
      }
      leaf(i + ".norm_attention", part(prefix + "post_attention_layernorm.weight", hidden));
      if (after) {
        leaf(i + ".norm_mlp", part(prefix + "post_feedforward_layernorm.weight", hidden));
      }
      if (config.family() != Family.LLAMA) {
        int query = after ? config.queryWidth() : config.headSize();
        int key = after ? config.keyValueWidth() : config.headSize();
        leaf(i + ".norm_q", part(prefix + "self_attn.q_norm.weight", query));
        leaf(i + ".norm_k", part(prefix + "self_attn.k_norm.weight", key));
      }
    }
    leaf("norm", part("model.norm.weight", hidden));
  }

  private static Slot part(String name, long... shape) {
    List<Long> sizes = new ArrayList<>();
    for (long size : shape) {
      sizes.add(size);
    }
    return new Slot(name, -1, sizes);
  }

  /** Lays parts one behind another; together they are one leaf, stacked along the first axis. */
  private void leaf(String name, Slot... parts) {
    align();
    long start = next;
    long rows = 0;
    for (Slot part : parts) {
      tensors.add(new Slot(part.name(), next, part.shape()));
      next += part.elements();
      rows += part.shape().get(0);
    }
    List<Long> shape = new ArrayList<>(parts[0].shape());
    shape.set(0, rows);
    leaves.put(name, new Slot(name, start, shape));
  }

  private void align() {
    next = (next + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** What the engine multiplies by, by short name. */
  Map<String, Slot> leaves() {
    return leaves;
  }

  /** What a file names, by Hugging Face name; each lies within a leaf. */
  public List<Slot> tensors() {
    return tensors;
  }

  /** End of the elements that weight decay shrinks. */
  public long decayed() {
    return decayed;
  }

  /** Elements of the flat buffer, gaps for alignment included. */
  public long size() {
    return next;
  }

  /** Elements when split into equal ranges, one for each rank. */
  public long paddedSize(int ranks) {
    return rangeSize(ranks) * ranks;
  }

  /** Elements of one rank's range. */
  public long rangeSize(int ranks) {
    long share = (next + ranks - 1) / ranks;
    return (share + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Parameters of the model, without gaps. */
  public long parameters() {
    return tensors.stream().mapToLong(Slot::elements).sum();
  }
}
