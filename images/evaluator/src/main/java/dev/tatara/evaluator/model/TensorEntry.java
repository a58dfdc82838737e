package dev.tatara.evaluator.model;

import java.util.List;

/**
 * One line of a safetensors header.
 *
 * @param type {@code F32}, {@code BF16}, …
 * @param begin first byte, counted from the end of the header
 * @param end byte after the last
 */
record TensorEntry(String name, String type, List<Long> shape, long begin, long end) {
  TensorEntry {
    shape = List.copyOf(shape);
  }

  /** Elements; {@link ArithmeticException} if they do not fit a long. */
  long elements() {
    long count = 1;
    for (long dimension : shape) {
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }
}
