package dev.tatara.trainer.checkpoint;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * This rank's part of what must survive, as live tensors.
 *
 * @param stretches in ascending order, apart from each other
 */
public record TrainingState(List<Stretch> stretches) {
  /** Parameters and both moments. */
  static final int PARTS = 3;

  public TrainingState {
    stretches = List.copyOf(stretches);
  }

  /**
   * One stretch; all tensors have its length.
   *
   * @param begin first element, counted over the model without the padding that ranks add
   */
  public record Stretch(long begin, Tensor parameters, Tensor firstMoment, Tensor secondMoment) {
    /** Element behind the last. */
    long end() {
      return begin + parameters.numel();
    }

    /** In the order of a shard's parts. */
    List<Tensor> parts() {
      return List.of(parameters, firstMoment, secondMoment);
    }
  }

  /** Elements of one part. */
  long elements() {
    return stretches.stream().mapToLong(stretch -> stretch.end() - stretch.begin()).sum();
  }
}
