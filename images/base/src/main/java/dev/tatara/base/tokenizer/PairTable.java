package dev.tatara.base.tokenizer;

import java.util.Arrays;

/** Numbers pairs of token ids from 0 in the order in which they are first seen. */
final class PairTable {
  static final int ABSENT = -1;

  private long[] pairs;
  private int[] slots;
  private int size;

  PairTable(int capacity) {
    int slotCount = Integer.highestOneBit(Math.max(16, capacity)) * 4;
    pairs = new long[Math.max(16, capacity)];
    slots = new int[slotCount];
    Arrays.fill(slots, ABSENT);
  }

  /** A pair as one number; pairs compare by left id, then by right id. */
  static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  int size() {
    return size;
  }

  long pair(int number) {
    return pairs[number];
  }

  /** Number of the pair, or {@link #ABSENT}. */
  int find(long pair) {
    return slots[slot(pair)];
  }

  /** Number of the pair, which is entered if it is new: then it is the size before. */
  int enter(long pair) {
    int slot = slot(pair);
    if (slots[slot] != ABSENT) {
      return slots[slot];
    }
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, size * 2);
    }
    pairs[size] = pair;
    slots[slot] = size++;
    if (size * 2 > slots.length) {
      rehash();
    }
    return size - 1;
  }

  private void rehash() {
    slots = new int[slots.length * 2];
    Arrays.fill(slots, ABSENT);
    for (int number = 0; number < size; number++) {
      slots[slot(pairs[number])] = number;
    }
  }

  private int slot(long pair) {
    long hash = pair * 0x9E3779B97F4A7C15L;
    int mask = slots.length - 1;
    int slot = (int) (hash >>> 32) & mask;
    while (slots[slot] != ABSENT && pairs[slots[slot]] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
