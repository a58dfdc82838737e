package dev.tatara.trainer.optimizer;

import org.bytedeco.pytorch.Tensor;

/**
 * A part of this rank's slice of one unit that is updated by one rule; all tensors are [n] and stay
 * the same over all steps.
 *
 * @param unit number of the unit
 * @param offset first element, counted from the beginning of the unit
 * @param parameters updated in place
 * @param gradients of the mean loss, clipped
 * @param firstMoment moving mean of the gradient
 * @param secondMoment moving mean of the squared gradient
 */
public record Stretch(
    int unit,
    long offset,
    Kind kind,
    Tensor parameters,
    Tensor gradients,
    Tensor firstMoment,
    Tensor secondMoment) {

  /** What the elements of a stretch belong to. */
  public enum Kind {
    /** The embedding, or an output projection of its own. */
    EMBEDDING,
    /** A matrix of a block. */
    MATRIX,
    /** A norm's weights. */
    NORM
  }
}
