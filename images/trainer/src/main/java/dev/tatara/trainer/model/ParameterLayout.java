package dev.tatara.trainer.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where every parameter lies. The model is laid out in units, which are computed, reduced and
 * gathered one at a time: the embedding, each block, and last the final norm with an output
 * projection of its own. A unit is one stretch: first its matrices, which weight decay shrinks,
 * then its norms, which it does not. What is multiplied together lies together, so that query, key
 * and value (and gate and up) are one matrix to the engine and several names in a file.
 *
 * <p>Elements are counted over all units, without the padding that ranks add: these numbers depend
 * on the model alone, so that a checkpoint written by any number of ranks is read by any other.
 */
public final class ParameterLayout {
  /** Leaves begin on a cache line, and so do the slices of ranks. */
  private static final long ALIGNMENT = 16;

  /**
   * A stretch of a unit.
   *
   * @param unit number of the unit
   * @param offset first element, counted from the beginning of the unit
   * @param shape sizes of its dimensions
   */
  public record Slot(int unit, String name, long offset, List<Long> shape) {
    public Slot {
      shape = List.copyOf(shape);
    }

    /** Elements of the stretch. */
    public long elements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  /**
   * What is reduced and gathered at a time.
   *
   * @param number 0 is the embedding, then come the blocks, then the final norm
   * @param begin first element, counted over all units
   * @param size elements, gaps for alignment included
   * @param matrices end of the matrices, counted from the beginning of the unit; norms follow
   */
  public record Unit(int number, long begin, long size, long matrices) {
    /** Elements of one rank's slice; the last slices may reach beyond the unit's end. */
    public long slice(int ranks) {
      return aligned((size + ranks - 1) / ranks);
    }

    /** Elements when padded to equal slices. */
    public long padded(int ranks) {
      return slice(ranks) * ranks;
    }
  }

  private final HuggingFaceConfig config;
  private final Map<String, Slot> leaves = new LinkedHashMap<>();
  private final List<Slot> tensors = new ArrayList<>();
  private final List<Unit> units = new ArrayList<>();
  private long begin;
  private long next;
  private long matrices;

  private ParameterLayout(HuggingFaceConfig config) {
    this.config = config;
  }

  /** The layout of a model with these dimensions. */
  public static ParameterLayout of(HuggingFaceConfig config) {
    ParameterLayout layout = new ParameterLayout(config);
    layout.embedding();
    for (int i = 0; i < config.layers(); i++) {
      layout.block(i);
    }
    layout.last();
    return layout;
  }

  private void embedding() {
    leaf("embed", part("model.embed_tokens.weight", config.vocabularySize(), config.hiddenSize()));
    norms();
    end();
  }

  private void block(int i) {
    int hidden = config.hiddenSize();
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
    norms();
    boolean after = config.family() == Family.OLMO2;
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
    end();
  }

  private void last() {
    if (!config.tiedEmbeddings()) {
      leaf("head", part("lm_head.weight", config.vocabularySize(), config.hiddenSize()));
    }
    norms();
    leaf("norm", part("model.norm.weight", config.hiddenSize()));
    end();
  }

  private static Slot part(String name, long... shape) {
    List<Long> sizes = new ArrayList<>();
    for (long size : shape) {
      sizes.add(size);
    }
    return new Slot(-1, name, -1, sizes);
  }

  /** Lays parts one behind another; together they are one leaf, stacked along the first axis. */
  private void leaf(String name, Slot... parts) {
    next = aligned(next);
    long start = next;
    long rows = 0;
    for (Slot part : parts) {
      tensors.add(new Slot(units.size(), part.name(), next, part.shape()));
      next += part.elements();
      rows += part.shape().get(0);
    }
    List<Long> shape = new ArrayList<>(parts[0].shape());
    shape.set(0, rows);
    leaves.put(name, new Slot(units.size(), name, start, shape));
  }

  /** From here on this unit has norms only. */
  private void norms() {
    next = aligned(next);
    matrices = next;
  }

  private void end() {
    next = aligned(next);
    units.add(new Unit(units.size(), begin, next, matrices));
    begin += next;
    next = 0;
  }

  private static long aligned(long elements) {
    return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** All units, by number. */
  public List<Unit> units() {
    return List.copyOf(units);
  }

  /** What the engine multiplies by, by short name. */
  Map<String, Slot> leaves() {
    return leaves;
  }

  /** What a file names, by Hugging Face name, unit by unit; each lies within a leaf. */
  public List<Slot> tensors() {
    return tensors;
  }

  /** Whether the output projection is the embedding, and lies in its unit. */
  public boolean tied() {
    return config.tiedEmbeddings();
  }

  /** Elements of all units, gaps for alignment included. */
  public long size() {
    return begin;
  }

  /** Parameters of the model, without gaps. */
  public long parameters() {
    return tensors.stream().mapToLong(Slot::elements).sum();
  }
}
