package dev.tatara.trainer;

import dev.tatara.trainer.checkpoint.TrainingState;
import dev.tatara.trainer.model.ParameterLayout;
import dev.tatara.trainer.model.Parameters;
import dev.tatara.trainer.model.Sharding;
import dev.tatara.trainer.optimizer.Stretch;
import dev.tatara.trainer.tensor.Hardware;
import dev.tatara.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What this rank owns: its slice of every unit's parameters and gradients, and the optimizer state
 * for them. Native memory that is held as long as the process lives.
 */
final class OwnSlices {
  private static final long NORM_STRETCH = 1 << 14;

  /** What is held in double precision at a time: 128 MB. */
  private static final long DEVICE_STRETCH = 1 << 24;

  private final List<Tensor> gradients = new ArrayList<>();
  private final List<Stretch> stretches = new ArrayList<>();
  private final List<ParameterLayout.Unit> units;
  private final List<Tensor> moments;
  private final boolean whole;

  OwnSlices(Parameters parameters) {
    Sharding sharding = parameters.sharding();
    units = parameters.layout().units();
    long owned = units.stream().mapToLong(unit -> unit.slice(sharding.ranks())).sum();
    Tensor firstMoments = Tensors.zeros(owned);
    Tensor secondMoments = Tensors.zeros(owned);
    moments = List.of(firstMoments, secondMoments);
    // With one rank, the slice is the whole.
    whole = sharding.ranks() == 1;
    Tensor sums = Tensors.zeros(whole ? 0 : owned);
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
    return Hardware.chosen().isCuda() ? squaredNormOnDevice() : squaredNormOnHost();
  }

  private double squaredNormOnHost() {
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

  /** All in double precision, and one number that the host waits for. */
  private double squaredNormOnDevice() {
    try (PointerScope scope = new PointerScope()) {
      Tensor sum = Tensors.zero(ScalarType.Double);
      for (Tensor gradient : gradients) {
        for (long begin = 0; begin < gradient.numel(); begin += DEVICE_STRETCH) {
          long length = Math.min(DEVICE_STRETCH, gradient.numel() - begin);
          try (PointerScope inner = new PointerScope()) {
            Tensor part = gradient.narrow(0, begin, length).to(ScalarType.Double);
            sum.add_(part.dot(part));
          }
        }
      }
      return sum.item_double();
    }
  }

  /** Native memory of the reduced gradients, where they are not the whole. */
  long gradientBytes() {
    return whole ? 0 : gradients.stream().mapToLong(Tensor::nbytes).sum();
  }

  /** Native memory of both moments. */
  long momentBytes() {
    return moments.stream().mapToLong(Tensor::nbytes).sum();
  }

  /** As before the first step. */
  void clearMoments() {
    moments.forEach(Tensor::zero_);
  }

  /** Multiplies the gradients. */
  void scaleGradients(double factor) {
    Scalar scalar = new Scalar(factor);
    gradients.forEach(gradient -> gradient.mul_(scalar));
  }
}
