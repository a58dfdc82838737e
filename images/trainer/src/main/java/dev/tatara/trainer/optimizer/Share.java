package dev.tatara.trainer.optimizer;

import dev.tatara.trainer.model.ParameterLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The part of one tensor that lies in this rank's slices.
 *
 * @param begin first element, counted along the rank's slices laid end to end
 * @param length elements
 */
record Share(ParameterLayout.Slot tensor, Role role, long begin, long length) {

  /** All shares, in the order in which they lie. */
  static List<Share> of(ParameterLayout layout, List<Slice> owned) {
    List<Share> shares = new ArrayList<>();
    long local = 0;
    for (Slice slice : owned) {
      for (ParameterLayout.Slot tensor : layout.tensors()) {
        long begin = Math.max(slice.begin(), tensor.offset());
        long end = Math.min(slice.begin() + slice.length(), tensor.offset() + tensor.elements());
        if (begin < end) {
          shares.add(
              new Share(tensor, Role.of(tensor), local + begin - slice.begin(), end - begin));
        }
      }
      local += slice.length();
    }
    shares.sort(Comparator.comparingLong(Share::begin));
    return shares;
  }

  /** Gaps between tensors are shorter than this, and zero in parameters and gradients. */
  static final long NEAR = 64;

  long end() {
    return begin + length;
  }
}
