package dev.tatara.base.tokenizer;

import java.util.Arrays;
import java.util.List;

/** A growing list of ints without boxing. */
final class IntList {
  private int[] values;
  private int size;

  IntList(int capacity) {
    values = new int[capacity];
  }

  void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, Math.max(8, size * 2));
    }
    values[size++] = value;
  }

  void addAll(int[] source, int from, int length) {
    if (size + length > values.length) {
      values = Arrays.copyOf(values, Math.max(size + length, size * 2));
    }
    System.arraycopy(source, from, values, size, length);
    size += length;
  }

  void addAll(IntList source, int from, int length) {
    addAll(source.values, from, length);
  }

  int get(int index) {
    return values[index];
  }

  /** The last value, or -1 if there is none. */
  int lastOrMinusOne() {
    return size == 0 ? -1 : values[size - 1];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  List<Integer> toList() {
    return Arrays.stream(values, 0, size).boxed().toList();
  }
}
