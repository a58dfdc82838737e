package dev.tatara.trainer.optimizer;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.model.ParameterLayout;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Lets this rank's slices of the parameters follow their gradients: AdamW, or Muon on the matrices
 * of the blocks and AdamW on the rest. It keeps state for the slices only, which is what makes the
 * state sharded.
 */
public final class Optimizer {
  private final AdamW adamW;
  private final Optional<Muon> muon;
  private final Tensor firstMoment;
  private final Tensor secondMoment;

  /**
   * @param owned what this rank updates, one behind another in all tensors of this class
   * @param exchange reaches the other ranks, for what needs whole matrices
   */
  public Optimizer(
      OptimizerConfig config, ParameterLayout layout, List<Slice> owned, WholeMatrices exchange) {
    long length = owned.stream().mapToLong(Slice::length).sum();
    firstMoment = torch_zeros(length);
    secondMoment = torch_zeros(length);
    List<Share> shares = Share.of(layout, owned);
    boolean split = config.algorithm() == OptimizerConfig.Algorithm.MUON;
    adamW =
        new AdamW(
            config,
            shares.stream().filter(share -> !split || share.role() != Role.MATRIX).toList(),
            firstMoment,
            secondMoment);
    muon =
        split
            ? Optional.of(new Muon(config, layout, shares, firstMoment, exchange))
            : Optional.empty();
  }

  /**
   * Updates the parameters in place.
   *
   * @param parameters [length]
   * @param gradients [length]; afterwards their content is of no use
   * @param number number of this step, from 1
   */
  public void update(Tensor parameters, Tensor gradients, int number, double learningRate) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      adamW.update(parameters, gradients, number, learningRate);
      muon.ifPresent(each -> each.update(parameters, gradients, learningRate));
    }
  }

  /** Moving mean of the gradient, [length]; under Muon the momentum of the matrices. */
  public Tensor firstMoment() {
    return firstMoment;
  }

  /** Moving mean of the squared gradient, [length]; zero for the matrices under Muon. */
  public Tensor secondMoment() {
    return secondMoment;
  }
}
