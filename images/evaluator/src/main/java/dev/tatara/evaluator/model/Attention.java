package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import org.jspecify.annotations.Nullable;

/**
 * Causal self-attention with grouped queries (Ainslie et al. 2023, arXiv:2305.13245).
 *
 * <p>Shapes: B sequences, T new tokens, S tokens seen, C hidden size, H query heads, K key and
 * value heads, D head size.
 */
final class Attention {
  private final ModelConfig config;
  private final int layer;
  private final NDArray query;
  private final NDArray key;
  private final NDArray value;
  private final NDArray output;
  private final @Nullable Norm queryNorm;
  private final @Nullable Norm keyNorm;

  Attention(HuggingFaceFolder folder, int layer, NDManager manager) {
    this.config = folder.config();
    this.layer = layer;
    String name = "model.layers." + layer + ".self_attn.";
    long hidden = config.hiddenSize();
    long queries = (long) config.heads() * config.headSize();
    long keys = (long) config.keyValueHeads() * config.headSize();
    this.query = folder.weight(name + "q_proj.weight", manager, queries, hidden);
    this.key = folder.weight(name + "k_proj.weight", manager, keys, hidden);
    this.value = folder.weight(name + "v_proj.weight", manager, keys, hidden);
    this.output = folder.weight(name + "o_proj.weight", manager, hidden, queries);
    if (config.family() == ModelFamily.LLAMA) {
      this.queryNorm = null;
      this.keyNorm = null;
    } else {
      boolean perHead = config.family() == ModelFamily.QWEN3;
      this.queryNorm = norm(folder, name + "q_norm", manager, perHead ? 0 : queries);
      this.keyNorm = norm(folder, name + "k_norm", manager, perHead ? 0 : keys);
    }
  }

  private Norm norm(HuggingFaceFolder folder, String name, NDManager manager, long width) {
    long size = width == 0 ? config.headSize() : width;
    return new Norm(folder.weight(name + ".weight", manager, size), config.normEpsilon());
  }

  NDArray apply(
      NDArray xBTC, Rotation rotation, @Nullable NDArray mask, @Nullable KeyValueCache cache) {
    NDArray queriesBHTD = rotation.apply(heads(linear(xBTC, query), config.heads(), queryNorm));
    NDArray keysBKTD = rotation.apply(heads(linear(xBTC, key), config.keyValueHeads(), keyNorm));
    NDArray valuesBKTD = heads(linear(xBTC, value), config.keyValueHeads(), null);
    NDArray keysBKSD = cache == null ? keysBKTD : cache.keys(layer, keysBKTD);
    NDArray valuesBKSD = cache == null ? valuesBKTD : cache.values(layer, valuesBKTD);
    return linear(merged(attended(queriesBHTD, keysBKSD, valuesBKSD, mask)), output);
  }

  private static NDArray linear(NDArray x, NDArray weight) {
    return Linear.linear(x, weight).singletonOrThrow();
  }

  /** From [B, T, heads × D] to [B, heads, T, D], normalised where the family does so. */
  private NDArray heads(NDArray x, int heads, @Nullable Norm norm) {
    Shape shape = x.getShape();
    boolean perHead = config.family() == ModelFamily.QWEN3;
    NDArray whole = norm == null || perHead ? x : norm.apply(x);
    NDArray split = whole.reshape(shape.get(0), shape.get(1), heads, config.headSize());
    NDArray normed = norm != null && perHead ? norm.apply(split) : split;
    return normed.transpose(0, 2, 1, 3);
  }

  private NDArray attended(
      NDArray queriesBHTD, NDArray keysBKSD, NDArray valuesBKSD, @Nullable NDArray mask) {
    long batch = queriesBHTD.getShape().get(0);
    long tokens = queriesBHTD.getShape().get(2);
    long seen = keysBKSD.getShape().get(2);
    long size = config.headSize();
    long groups = batch * config.keyValueHeads();
    // Query heads of one key head are rows of one matrix: no key is copied.
    NDArray queries = queriesBHTD.mul(1 / Math.sqrt(config.headSize())).reshape(groups, -1, size);
    NDArray keys = keysBKSD.reshape(groups, seen, size).transpose(0, 2, 1);
    NDArray scores = queries.matMul(keys).reshape(batch, config.heads(), tokens, seen);
    NDArray masked = mask == null ? scores : scores.addi(mask);
    NDArray weights = masked.softmax(-1).reshape(groups, -1, seen);
    return weights
        .matMul(valuesBKSD.reshape(groups, seen, size))
        .reshape(batch, config.heads(), tokens, size);
  }

  private static NDArray merged(NDArray xBHTD) {
    Shape shape = xBHTD.getShape();
    return xBHTD
        .transpose(0, 2, 1, 3)
        .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
  }
}
