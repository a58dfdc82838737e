package dev.tatara.trainer;

import dev.tatara.trainer.gang.Gang;
import dev.tatara.trainer.model.BlockVisitor;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.optimizer.WholeMatrices;
import dev.tatara.trainer.tensor.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What ranks exchange unit by unit: gradients are summed and scattered when a unit is done with on
 * the way back (after every micro-batch, or under ZeRO-1 after the last), parameters are gathered
 * after the optimizer, or under ZeRO-3 before each use.
 *
 * <p>All ranks exchange the same units in the same order, so a rank that has no sample left in a
 * round goes through the units without computing.
 */
final class UnitExchange implements BlockVisitor, WholeMatrices {
  private final Gang gang;
  private final Parameters parameters;
  private final Sharding sharding;
  private final OwnSlices own;
  private final int units;

  /** One unit's sum of one micro-batch, before it is added to those before. */
  private final Tensor scratch;

  private boolean first;
  private boolean last;
  private boolean passed;

  UnitExchange(Gang gang, Parameters parameters, OwnSlices own) {
    this.gang = gang;
    this.parameters = parameters;
    this.sharding = parameters.sharding();
    this.own = own;
    this.units = parameters.layout().units().size();
    long longest =
        parameters.layout().units().stream()
            .mapToLong((ParameterLayout.Unit unit) -> unit.slice(sharding.ranks()))
            .max()
            .orElse(0);
    this.scratch = Tensors.empty(sharding.keepsGradients() ? 0 : longest);
  }

  /**
   * Accompanies one micro-batch.
   *
   * @param first of the step
   * @param last of the step
   * @param work computes it, or nothing
   */
  void round(boolean first, boolean last, Runnable work) {
    this.first = first;
    this.last = last;
    passed = false;
    work.run();
    if (!passed) {
      pass();
    }
  }

  private void pass() {
    try (NoGradGuard guard = new NoGradGuard()) {
      for (int unit = 0; unit < units; unit++) {
        enter(unit, false);
        leave(unit, false);
      }
      for (int unit = units - 1; unit >= 0; unit--) {
        enter(unit, true);
        leave(unit, true);
      }
    }
  }

  @Override
  public void enter(int unit, boolean backward) {
    // The way back of an embedding needs no parameters.
    if (!backward || unit > 0) {
      bring(unit);
    }
    if (unit == units - 1 && parameters.layout().tied()) {
      bring(0);
    }
    if (backward && !sharding.keepsGradients()) {
      clear(unit);
    }
  }

  private void bring(int unit) {
    if (!parameters.claim(unit)) {
      gang.gather(parameters.values(unit), parameters.own(unit));
    }
  }

  /** The gradients of a tied embedding begin with those of the output projection. */
  private void clear(int unit) {
    boolean tied = parameters.layout().tied();
    if (unit > 0 || !tied) {
      parameters.gradients(unit).zero_();
    }
    if (unit == units - 1 && tied) {
      parameters.gradients(0).zero_();
    }
  }

  @Override
  public void leave(int unit, boolean backward) {
    if (!backward) {
      return;
    }
    if (sharding.keepsGradients()) {
      if (last) {
        sumScattered(unit);
      }
    } else if (first) {
      sumScattered(unit);
    } else {
      try (PointerScope scope = new PointerScope()) {
        Tensor sum = scratch.narrow(0, 0, own.gradient(unit).numel());
        gang.sumScattered(sum, parameters.gradients(unit));
        own.gradient(unit).add_(sum);
      }
    }
    passed |= unit == 0;
  }

  @Override
  public int rank() {
    return gang.rank();
  }

  @Override
  public int size() {
    return gang.size();
  }

  /** Into the buffer of the gradients, which nobody needs once they are scattered. */
  @Override
  public Tensor gather(int unit) {
    gang.gather(parameters.gradients(unit), own.gradient(unit));
    return parameters.gradients(unit);
  }

  @Override
  public void sumScattered(int unit) {
    gang.sumScattered(own.gradient(unit), parameters.gradients(unit));
  }

  /**
   * Own slices of the parameters have changed: the others learn them, now or before the next use.
   */
  void spread() {
    parameters.outdate();
    if (sharding.keepsParameters()) {
      for (int unit = 0; unit < units; unit++) {
        gang.gather(parameters.values(unit), parameters.own(unit));
      }
    }
  }

  /** Native memory that is kept for exchanges. */
  long bytes() {
    return scratch.nbytes();
  }

  /** The step is done: gradients begin anew. */
  void clearGradients() {
    for (int unit = 0; unit < units && sharding.keepsGradients(); unit++) {
      parameters.gradients(unit).zero_();
    }
  }
}
