package dev.tatara.trainer.objective;

import static org.bytedeco.pytorch.global.torch.zeros_like;

import dev.tatara.trainer.model.Learning;
import dev.tatara.trainer.model.Llama;
import dev.tatara.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows of unequal length, padded on the right to the longest. Attention looks to the left only, and
 * only chosen places have targets, so padding changes no result.
 */
final class PaddedBatch {
  private final int rows;
  private final int width;
  private final long[] ids;
  private final List<Integer> places = new ArrayList<>();
  private final List<Integer> targets = new ArrayList<>();
  private final List<Integer> rowOfTarget = new ArrayList<>();
  private long tokens;

  PaddedBatch(int rows, int width, int padding) {
    this.rows = rows;
    this.width = width;
    this.ids = new long[rows * width];
    Arrays.fill(ids, padding);
  }

  void set(int row, int column, int id) {
    ids[row * width + column] = id;
    tokens++;
  }

  /** The token at {@code column} is to be predicted from what is left of it. */
  void target(int row, int column) {
    places.add(row * width + column - 1);
    targets.add((int) ids[row * width + column]);
    rowOfTarget.add(row);
  }

  /** Tokens that are no padding. */
  long tokens() {
    return tokens;
  }

  int rows() {
    return rows;
  }

  int targetCount() {
    return targets.size();
  }

  /** Row of each target. */
  List<Integer> rowOfTarget() {
    return rowOfTarget;
  }

  /** Hands on what the output projection sees at the places that have a target, [targets, C]. */
  <T> T evaluate(Llama model, Function<Tensor, T> use) {
    return model.evaluate(tokenIds(), null, hidden -> use.apply(chosen(hidden)));
  }

  /** Learns from what the output projection sees at the places that have a target, [targets, C]. */
  <T> T train(Llama model, Learning<T> learning) {
    return model.train(
        tokenIds(),
        null,
        hidden -> {
          Learning.Direction<T> direction = learning.from(chosen(hidden));
          Tensor gradient =
              zeros_like(hidden.flatten(0, 1)).index_add_(0, longs(places), direction.gradient());
          return new Learning.Direction<>(gradient.view_as(hidden), direction.result());
        });
  }

  private Tensor tokenIds() {
    return Tensors.of(ids).view(rows, width);
  }

  private Tensor chosen(Tensor hidden) {
    return hidden.flatten(0, 1).index_select(0, longs(places));
  }

  /** Target ids, [targets]. */
  Tensor targets() {
    return longs(targets);
  }

  private static Tensor longs(List<Integer> values) {
    return Tensors.of(values.stream().mapToLong(Integer::longValue).toArray());
  }
}
