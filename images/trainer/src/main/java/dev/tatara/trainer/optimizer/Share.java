package dev.tatara.trainer.optimizer;

import dev.tatara.trainer.model.ParameterLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of one tensor of the model that lies in a stretch of this rank.
 *
 * @param begin first element, counted from the beginning of the stretch
 * @param length elements
 */
record Share(ParameterLayout.Slot tensor, Role role, Stretch stretch, long begin, long length) {
  /** Gaps between tensors are shorter than this, and zero in parameters and gradients. */
  static final long NEAR = 64;

  /** All shares, in the order in which they lie. */
  static List<Share> of(ParameterLayout layout, List<Stretch> stretches) {
    List<Share> shares = new ArrayList<>();
    for (Stretch stretch : stretches) {
      long size = stretch.parameters().numel();
      for (ParameterLayout.Slot tensor : layout.tensors()) {
        long begin = Math.max(0, tensor.offset() - stretch.offset());
        long end = Math.min(size, tensor.offset() + tensor.elements() - stretch.offset());
        if (tensor.unit() == stretch.unit() && begin < end) {
          shares.add(new Share(tensor, Role.of(tensor), stretch, begin, end - begin));
        }
      }
    }
    return shares;
  }

  long end() {
    return begin + length;
  }
}
