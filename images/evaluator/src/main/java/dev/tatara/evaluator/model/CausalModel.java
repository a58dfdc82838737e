package dev.tatara.evaluator.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import dev.tatara.config.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A language model in native memory, float32, on the CPU. Deterministic for a given number of
 * threads. Results are made in the manager that the caller passes, and die with it.
 *
 * <p>Shapes: B sequences, T tokens, C hidden size, V vocabulary.
 */
public final class CausalModel implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final NDArray embedding;
  private final NDArray projection;
  private final Norm finalNorm;
  private final List<Block> blocks = new ArrayList<>();

  private CausalModel(HuggingFaceFolder folder, NDManager manager) {
    this.config = folder.config();
    this.manager = manager;
    long vocabulary = config.vocabularySize();
    long hidden = config.hiddenSize();
    this.embedding = folder.weight("model.embed_tokens.weight", manager, vocabulary, hidden);
    this.projection =
        config.tied() ? embedding : folder.weight("lm_head.weight", manager, vocabulary, hidden);
    this.finalNorm = Block.norm(folder, "model.norm", manager);
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(new Block(folder, layer, manager));
    }
  }

  /**
   * Loads the model of a Hugging Face folder.
   *
   * @throws InvalidInputException if the folder is missing, incomplete or of an unknown kind
   */
  public static CausalModel load(Path folder) {
    return load(HuggingFaceFolder.open(folder));
  }

  /** Loads the weights of an opened folder. */
  public static CausalModel load(HuggingFaceFolder folder) {
    NDManager manager = TorchRuntime.newManager();
    try {
      return new CausalModel(folder, manager);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Shape of the model. */
  public ModelConfig config() {
    return config;
  }

  /** A scope for one batch's results. */
  public NDManager newScope() {
    return manager.newSubManager();
  }

  /** An empty cache for one sequence. */
  public KeyValueCache newCache() {
    return new KeyValueCache(manager);
  }

  /**
   * Hidden states after the last norm, [B, T, C], of sequences of equal length. Shorter ones are
   * padded on the right with any token: causal attention keeps padding out of what is before it.
   */
  public NDArray hidden(int[][] ids, NDManager scope) {
    int tokens = ids[0].length;
    int[][] positions = {IntStream.range(0, tokens).toArray()};
    return forward(ids, positions, CausalMask.plain(tokens, tokens, scope), null, scope);
  }

  /** Hidden states of the next tokens of one sequence, [1, T, C]; the cache takes them up. */
  public NDArray hidden(int[] next, KeyValueCache cache, NDManager scope) {
    int seen = cache.length() + next.length;
    int[][] positions = {IntStream.range(cache.length(), seen).toArray()};
    NDArray mask = next.length == 1 ? null : CausalMask.plain(next.length, seen, scope);
    return forward(new int[][] {next}, positions, mask, cache, scope);
  }

  /** Logits of hidden states, [..., V]. */
  public NDArray logits(NDArray hidden) {
    return Linear.linear(hidden, projection).singletonOrThrow();
  }

  /** Logits of every position of one sequence, row by row: [T × V]. */
  public float[] logits(int[] ids) {
    try (NDManager scope = newScope()) {
      return logits(hidden(new int[][] {ids}, scope)).toFloatArray();
    }
  }

  NDArray forward(
      int[][] ids,
      int[][] positions,
      @Nullable NDArray mask,
      @Nullable KeyValueCache cache,
      NDManager scope) {
    Rotation rotation = Rotation.of(positions, config, scope);
    NDArray x =
        Embedding.embedding(tokens(ids, scope), embedding, SparseFormat.DENSE).singletonOrThrow();
    for (Block block : blocks) {
      x = block.apply(x, rotation, mask, cache);
    }
    return finalNorm.apply(x);
  }

  private NDArray tokens(int[][] ids, NDManager scope) {
    int length = ids[0].length;
    if (length > config.maxPositions()) {
      throw new InvalidInputException(
          "A sequence has %d tokens, but the model reads at most %d (max_position_embeddings); shorten it"
              .formatted(length, config.maxPositions()));
    }
    long[] flat = new long[Math.multiplyExact(ids.length, length)];
    for (int row = 0; row < ids.length; row++) {
      for (int token = 0; token < length; token++) {
        int id = ids[row][token];
        // An index outside the table would read foreign memory or abort the process.
        if (id < 0 || id >= config.vocabularySize()) {
          throw new InvalidInputException(
              "Token %d is outside of the model's vocabulary of %d; its tokenizer.json belongs to another model"
                  .formatted(id, config.vocabularySize()));
        }
        flat[row * length + token] = id;
      }
    }
    return scope.create(flat, new Shape(ids.length, length));
  }

  @Override
  public void close() {
    manager.close();
  }
}
