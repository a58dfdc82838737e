package dev.tatara.base.tokenizer;

import java.util.Arrays;

/**
 * Numbers words from 0 in the order in which they are first seen. Words are looked up as spans of
 * characters, so that a word that is known costs no object.
 */
final class WordTable {
  static final int ABSENT = -1;

  private char[] characters = new char[1 << 12];
  private int[] starts = new int[1 << 10];
  private int[] slots = new int[1 << 11];
  private int[] hashes = new int[1 << 10];
  private int size;

  WordTable() {
    Arrays.fill(slots, ABSENT);
  }

  int size() {
    return size;
  }

  /** Number of the word, or {@link #ABSENT}. */
  int find(char[] text, int from, int end) {
    return slots[slot(text, from, end, hash(text, from, end))];
  }

  /** Number of the word, which is entered if it is new: then it is the size before. */
  int enter(char[] text, int from, int end) {
    int hash = hash(text, from, end);
    int slot = slot(text, from, end, hash);
    if (slots[slot] != ABSENT) {
      return slots[slot];
    }
    append(text, from, end, hash);
    slots[slot] = size - 1;
    if (size * 2 > slots.length) {
      rehash();
    }
    return size - 1;
  }

  /** The word with this number. */
  String word(int number) {
    return new String(characters, starts[number], starts[number + 1] - starts[number]);
  }

  private void append(char[] text, int from, int end, int hash) {
    int start = starts[size];
    int length = end - from;
    if (start + length > characters.length) {
      characters = Arrays.copyOf(characters, Math.max(start + length, characters.length * 2));
    }
    System.arraycopy(text, from, characters, start, length);
    if (size + 2 > starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
      hashes = Arrays.copyOf(hashes, hashes.length * 2);
    }
    hashes[size] = hash;
    size++;
    starts[size] = start + length;
  }

  private void rehash() {
    slots = new int[slots.length * 2];
    Arrays.fill(slots, ABSENT);
    for (int number = 0; number < size; number++) {
      int slot = hashes[number] & (slots.length - 1);
      while (slots[slot] != ABSENT) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = number;
    }
  }

  private int slot(char[] text, int from, int end, int hash) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] != ABSENT && !matches(slots[slot], hash, text, from, end)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean matches(int number, int hash, char[] text, int from, int end) {
    return hashes[number] == hash
        && Arrays.equals(characters, starts[number], starts[number + 1], text, from, end);
  }

  private static int hash(char[] text, int from, int end) {
    int hash = end - from;
    for (int at = from; at < end; at++) {
      hash = hash * 31 + text[at];
    }
    // The slots use the low bits: spread the high ones over them (Fibonacci hashing).
    hash *= 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }
}
