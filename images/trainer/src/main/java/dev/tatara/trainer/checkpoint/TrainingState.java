package dev.tatara.trainer.checkpoint;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * This rank's slice of what must survive, as live tensors of equal length.
 *
 * @param begin first element of the flat buffer
 * @param parameters [n], a view of the flat parameters
 * @param firstMoment [n]
 * @param secondMoment [n]
 */
public record TrainingState(
    long begin, Tensor parameters, Tensor firstMoment, Tensor secondMoment) {

  /** Element of the flat buffer behind the last. */
  long end() {
    return begin + parameters.numel();
  }

  /** In the order of a shard. */
  List<Tensor> tensors() {
    return List.of(parameters, firstMoment, secondMoment);
  }
}
