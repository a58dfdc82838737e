package dev.tatara.trainer.optimizer;

import org.bytedeco.pytorch.Tensor;

/**
 * This rank's part of one unit; all tensors are [n] and stay the same over all steps.
 *
 * @param unit number of the unit
 * @param offset first element, counted from the beginning of the unit
 * @param parameters updated in place
 * @param gradients of the mean loss, clipped
 * @param firstMoment moving mean of the gradient; under Muon the momentum of the matrices
 * @param secondMoment moving mean of the squared gradient; zero for the matrices under Muon
 */
public record Stretch(
    int unit,
    long offset,
    Tensor parameters,
    Tensor gradients,
    Tensor firstMoment,
    Tensor secondMoment) {}
