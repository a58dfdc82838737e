package dev.tatara.trainer.safetensors;

import java.util.List;

/**
 * One tensor in the header of a safetensors file.
 *
 * @param dtype {@code F32}, {@code BF16}, {@code F16} …
 * @param shape sizes of the dimensions; empty for a scalar
 * @param begin first byte, counted from the end of the header
 * @param end byte behind the last
 */
public record TensorEntry(String dtype, List<Long> shape, long begin, long end) {
  public TensorEntry {
    shape = List.copyOf(shape);
  }

  /** Product of the dimensions. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Bytes of the data. */
  public long bytes() {
    return end - begin;
  }
}
