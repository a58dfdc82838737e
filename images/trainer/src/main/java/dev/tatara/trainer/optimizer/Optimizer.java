package dev.tatara.trainer.optimizer;

import dev.tatara.config.run.OptimizerConfig;
import dev.tatara.trainer.model.ParameterLayout;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Lets this rank's slices of the parameters follow their gradients: AdamW, or Muon on the matrices
 * of the blocks and AdamW on the rest. There is state for the slices only, which is what makes the
 * state sharded.
 */
public final class Optimizer {
  private final AdamW adamW;
  private final Optional<Muon> muon;

  /**
   * @param stretches what this rank updates, and the state that it keeps for it
   * @param exchange reaches the other ranks, for what needs whole matrices
   */
  public Optimizer(
      OptimizerConfig config,
      ParameterLayout layout,
      List<Stretch> stretches,
      WholeMatrices exchange) {
    List<Share> shares = Share.of(layout, stretches);
    boolean split = config.algorithm() == OptimizerConfig.Algorithm.MUON;
    adamW =
        new AdamW(
            config,
            shares.stream().filter(share -> !split || share.role() != Role.MATRIX).toList());
    muon = split ? Optional.of(new Muon(config, layout, shares, exchange)) : Optional.empty();
  }

  /**
   * Updates the parameters in place. Afterwards the content of the gradients is of no use.
   *
   * @param number number of this step, from 1
   */
  public void update(int number, double learningRate) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      adamW.update(number, learningRate);
      muon.ifPresent(each -> each.update(learningRate));
    }
  }
}
