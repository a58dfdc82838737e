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
  private final List<TrainingState.Stretch> state = new ArrayList<>();

  OwnSlices(Parameters parameters) {
    Sharding sharding = parameters.sharding();
    List<ParameterLayout.Unit> units = parameters.layout().units();
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
      add(
          unit,
          Math.min(unit.size(), sharding.rank() * slice),
          Math.min(unit.size(), (sharding.rank() + 1) * slice),
          new Own(
              parameters.own(unit.number()),
              gradient,
              firstMoments.narrow(0, at, slice),
              secondMoments.narrow(0, at, slice)),
          units.size());
      at += slice;
    }
  }

  /** One unit's slices, padding included. */
  private record Own(Tensor values, Tensor gradients, Tensor firstMoment, Tensor secondMoment) {}

  /**
   * Cuts a slice where the rule of the update changes, and leaves its padding out.
   *
   * @param begin first element, counted from the beginning of the unit
   * @param end element behind the last
   */
  private void add(ParameterLayout.Unit unit, long begin, long end, Own own, int units) {
    if (begin == end) {
      return;
    }
    boolean block = unit.number() > 0 && unit.number() < units - 1;
    long border = Math.max(begin, Math.min(end, unit.matrices()));
    Stretch.Kind matrices = block ? Stretch.Kind.MATRIX : Stretch.Kind.EMBEDDING;
    if (begin < border) {
      stretches.add(stretch(unit, begin, border, begin, matrices, own));
    }
    if (border < end) {
      stretches.add(stretch(unit, border, end, begin, Stretch.Kind.NORM, own));
    }
    state.add(
        new TrainingState.Stretch(
            unit.begin() + begin,
            own.values().narrow(0, 0, end - begin),
            own.firstMoment().narrow(0, 0, end - begin),
            own.secondMoment().narrow(0, 0, end - begin)));
  }

  private static Stretch stretch(
      ParameterLayout.Unit unit, long from, long to, long begin, Stretch.Kind kind, Own own) {
    long at = from - begin;
    long length = to - from;
    return new Stretch(
        unit.number(),
        from,
        kind,
        own.values().narrow(0, at, length),
        own.gradients().narrow(0, at, length),
        own.firstMoment().narrow(0, at, length),
        own.secondMoment().narrow(0, at, length));
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
    return new TrainingState(state);
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

  /** Multiplies the gradients. */
  void scaleGradients(double factor) {
    Scalar scalar = new Scalar(factor);
    gradients.forEach(gradient -> gradient.mul_(scalar));
  }
}
