package dev.tatara.trainer;

import static org.bytedeco.pytorch.global.torch.torch_zeros;

import dev.tatara.trainer.checkpoint.TrainingState;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.optimizer.Stretch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What this rank owns: its slice of every unit's parameters and gradients, and the optimizer state
 * for them. Native memory that is held as long as the process lives.
 */
final class OwnSlices {
  private static final long NORM_STRETCH = 1 << 14;

  private final List<Tensor> gradients = new ArrayList<>();
  private final List<Stretch> stretches = new ArrayList<>();
  private final List<ParameterLayout.Unit> units;

  OwnSlices(Parameters parameters) {
    Sharding sharding = parameters.sharding();
    units = parameters.layout().units();
    long owned = units.stream().mapToLong(unit -> unit.slice(sharding.ranks())).sum();
    Tensor firstMoments = torch_zeros(owned);
    Tensor secondMoments = torch_zeros(owned);
    // With one rank, the slice is the whole.
    boolean whole = sharding.ranks() == 1;
    Tensor sums = torch_zeros(whole ? 0 : owned);
    long at = 0;
    for (ParameterLayout.Unit unit : units) {
      long slice = unit.slice(sharding.ranks());
      Tensor gradient = whole ? parameters.gradients(unit.number()) : sums.narrow(0, at, slice);
      gradients.add(gradient);
      long begin = Math.min(unit.size(), sharding.rank() * slice);
      long length = Math.min(unit.size(), (sharding.rank() + 1) * slice) - begin;
      if (length > 0) {
        // The padding takes no part.
        stretches.add(
            new Stretch(
                unit.number(),
                begin,
                parameters.own(unit.number()).narrow(0, 0, length),
                gradient.narrow(0, 0, length),
                firstMoments.narrow(0, at, length),
                secondMoments.narrow(0, at, length)));
      }
      at += slice;
    }
  }

  /** The reduced gradient of a unit, [slice]. */
  Tensor gradient(int unit) {
    return gradients.get(unit);
  }

  /** All that this rank's optimizer updates. */
  List<Stretch> stretches() {
    return List.copyOf(stretches);
  }

  /** This rank's part of what a checkpoint holds. */
  TrainingState state() {
    return new TrainingState(
        stretches.stream()
            .map(
                stretch ->
                    new TrainingState.Stretch(
                        units.get(stretch.unit()).begin() + stretch.offset(),
                        stretch.parameters(),
                        stretch.firstMoment(),
                        stretch.secondMoment()))
            .toList());
  }

  /**
   * The sum of the squares of the gradients. In double precision over stretches: one long sum of
   * floats is off by 5e-5.
   */
  double squaredNorm() {
    double sum = 0;
    for (Tensor gradient : gradients) {
      for (long begin = 0; begin < gradient.numel(); begin += NORM_STRETCH) {
        try (PointerScope scope = new PointerScope()) {
          Tensor part = gradient.narrow(0, begin, Math.min(NORM_STRETCH, gradient.numel() - begin));
          sum += part.dot(part).item_double();
        }
      }
    }
    return sum;
  }

  /** As before the first step. */
  void clearMoments() {
    for (Stretch stretch : stretches) {
      stretch.firstMoment().zero_();
      stretch.secondMoment().zero_();
    }
  }

  /** Multiplies the gradients. */
  void scaleGradients(double factor) {
    Scalar scalar = new Scalar(factor);
    gradients.forEach(gradient -> gradient.mul_(scalar));
  }
}
