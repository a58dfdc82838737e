package dev.tatara.trainer.model;

import dev.tatara.trainer.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A buffer for each unit, or a few that units share which are not computed at the same time: blocks
 * share one place, and so do the embedding and an output projection of its own.
 */
final class UnitBuffers {
  private static final int ENDS = 0;
  private static final int BLOCKS = 1;
  private static final int TIED_NORM = 2;

  private final List<Integer> places = new ArrayList<>();
  private final List<Tensor> buffers = new ArrayList<>();
  private final long bytes;

  private UnitBuffers(List<ParameterLayout.Unit> units, int ranks, List<Integer> places) {
    this.places.addAll(places);
    long[] sizes = new long[units.size()];
    for (ParameterLayout.Unit unit : units) {
      int place = places.get(unit.number());
      sizes[place] = Math.max(sizes[place], unit.padded(ranks));
    }
    List<Tensor> tensors = Arrays.stream(sizes).mapToObj(size -> Tensors.zeros(size)).toList();
    bytes = tensors.stream().mapToLong(Tensor::nbytes).sum();
    for (ParameterLayout.Unit unit : units) {
      Tensor place = tensors.get(places.get(unit.number()));
      buffers.add(place.narrow(0, 0, unit.padded(ranks)));
    }
  }

  /** One for each unit. */
  static UnitBuffers separate(List<ParameterLayout.Unit> units, int ranks) {
    return new UnitBuffers(units, ranks, units.stream().map(ParameterLayout.Unit::number).toList());
  }

  /**
   * As few as can be.
   *
   * @param tied the output projection is the embedding, so that this is needed from the first unit
   *     to the last
   */
  static UnitBuffers shared(List<ParameterLayout.Unit> units, int ranks, boolean tied) {
    List<Integer> places = new ArrayList<>();
    int last = units.size() - 1;
    for (int unit = 0; unit <= last; unit++) {
      places.add(unit == 0 ? ENDS : unit < last ? BLOCKS : tied ? TIED_NORM : ENDS);
    }
    return new UnitBuffers(units, ranks, places);
  }

  /** The buffer of a unit, [padded size]. */
  Tensor of(int unit) {
    return buffers.get(unit);
  }

  /** Memory of all places. */
  long bytes() {
    return bytes;
  }

  /** The number of the place where the buffer lies. */
  int place(int unit) {
    return places.get(unit);
  }
}
