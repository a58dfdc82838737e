package dev.tatara.evaluator.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import dev.tatara.evaluator.model.CausalModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Log-probabilities of tokens, many sequences at a time: sequences of like length share a batch.
 *
 * <p>Shapes: B sequences, T tokens, C hidden size, N scored tokens, V vocabulary.
 */
public final class SequenceScorer {
  /** Tokens of a batch, padding included: large enough for the matrix products, small in memory. */
  private static final int BATCH_TOKENS = 2048;

  /** Attention scores of a batch: 64 MB of float32. */
  private static final long BATCH_SCORES = 16_000_000;

  /** Logits at once: 32 MB of float32. */
  private static final int LOGITS = 4_000_000;

  private final CausalModel model;

  public SequenceScorer(CausalModel model) {
    this.model = model;
  }

  /** Told after each batch. */
  @FunctionalInterface
  public interface Listener {
    /** So many more sequences, with so many tokens read, are done. */
    void scored(int sequences, int tokens);
  }

  /**
   * Natural-log probabilities of the scored tokens of each sequence, in the order of the sequences.
   * They do not depend on which sequences come together, beyond rounding.
   */
  public List<float[]> score(List<ScoredSequence> sequences, Listener listener) {
    // Longest first: if memory does not suffice, it shows at once.
    List<Integer> order =
        IntStream.range(0, sequences.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -sequences.get(i).read()))
            .toList();
    float[][] results = new float[sequences.size()][];
    int start = 0;
    while (start < order.size()) {
      int end = start + rows(sequences.get(order.get(start)).read(), order.size() - start);
      List<Integer> indexes = order.subList(start, end);
      List<float[]> scores = batch(indexes.stream().map(sequences::get).toList());
      for (int i = 0; i < indexes.size(); i++) {
        results[indexes.get(i)] = scores.get(i);
      }
      listener.scored(
          indexes.size(), indexes.stream().mapToInt(i -> sequences.get(i).read()).sum());
      start = end;
    }
    return Arrays.asList(results);
  }

  private int rows(int length, int left) {
    long byTokens = BATCH_TOKENS / length;
    long byScores = BATCH_SCORES / ((long) length * length * model.config().heads());
    return (int) Math.max(1, Math.min(left, Math.min(byTokens, byScores)));
  }

  private List<float[]> batch(List<ScoredSequence> batch) {
    int length = batch.get(0).read();
    int[][] ids =
        batch.stream()
            .map(each -> Arrays.copyOf(Arrays.copyOf(each.ids(), each.read()), length))
            .toArray(int[][]::new);
    try (NDManager scope = model.newScope()) {
      NDArray hiddenBTC = model.hidden(ids, scope);
      NDArray rows = hiddenBTC.reshape(-1, model.config().hiddenSize());
      return split(batch, targetProbabilities(batch, length, rows, scope));
    }
  }

  /** Only positions that are scored go through the vocabulary: it is most of a small model. */
  private float[] targetProbabilities(
      List<ScoredSequence> batch, int length, NDArray hiddenRows, NDManager scope) {
    int count = batch.stream().mapToInt(ScoredSequence::scored).sum();
    long[] positions = new long[count];
    long[] targets = new long[count];
    int at = 0;
    for (int row = 0; row < batch.size(); row++) {
      ScoredSequence sequence = batch.get(row);
      for (int token = sequence.from(); token < sequence.ids().length; token++) {
        positions[at] = (long) row * length + token - 1;
        targets[at++] = sequence.ids()[token];
      }
    }
    float[] result = new float[count];
    int step = Math.max(1, LOGITS / model.config().vocabularySize());
    for (int from = 0; from < count; from += step) {
      int to = Math.min(count, from + step);
      try (NDManager part = scope.newSubManager()) {
        float[] values =
            part(
                Arrays.copyOfRange(positions, from, to),
                Arrays.copyOfRange(targets, from, to),
                hiddenRows,
                part);
        System.arraycopy(values, 0, result, from, values.length);
      }
    }
    return result;
  }

  private float[] part(long[] positions, long[] targets, NDArray hiddenRows, NDManager part) {
    NDArray index = part.create(positions);
    NDArray hiddenNC =
        Embedding.embedding(index, hiddenRows, SparseFormat.DENSE).singletonOrThrow();
    NDArray logProbabilitiesNV = model.logits(hiddenNC).logSoftmax(-1);
    NDArray targetsN1 = part.create(targets, new Shape(targets.length, 1));
    return logProbabilitiesNV.gather(targetsN1, 1).toFloatArray();
  }

  private static List<float[]> split(List<ScoredSequence> batch, float[] values) {
    List<float[]> parts = new ArrayList<>();
    int from = 0;
    for (ScoredSequence sequence : batch) {
      parts.add(Arrays.copyOfRange(values, from, from + sequence.scored()));
      from += sequence.scored();
    }
    return parts;
  }
}
