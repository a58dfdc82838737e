package dev.tatara.activities.data;

import java.text.Normalizer;
import java.util.Arrays;

/**
 * The words of a text as 64-bit hashes, in order: what near duplicates and overlaps are looked for
 * in.
 *
 * <p>Two texts have the same words if they are equal after NFKC and lower-casing, with everything
 * but letters, digits and marks taken as space. In scripts written without spaces (Han, kana, Thai,
 * Lao, Khmer, Myanmar) each character is a word of its own, so n words are n characters there, and
 * a page that mixes scripts needs no guess about its language.
 */
public final class Words {
  // FNV-1a's prime; the result is mixed, since FNV leaves its high bits poor for short words.
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  // Odd, so that multiplication is a bijection of 64-bit numbers; digits of the golden ratio.
  private static final long BASE = 0x9e3779b97f4a7c15L;

  private long[] hashes;
  private int count;
  private int unspaced;

  private Words(int capacity) {
    hashes = new long[capacity];
  }

  /** The words of a text. */
  public static Words of(String text) {
    String normal =
        Normalizer.isNormalized(text, Normalizer.Form.NFKC)
            ? text
            : Normalizer.normalize(text, Normalizer.Form.NFKC);
    Words words = new Words(16 + normal.length() / 4);
    words.split(normal);
    return words;
  }

  private void split(String text) {
    long hash = FNV_OFFSET;
    boolean inside = false;
    int point;
    for (int i = 0; i < text.length(); i += Character.charCount(point)) {
      point = text.codePointAt(i);
      boolean partOfWord = isPartOfWord(point);
      boolean alone = partOfWord && isUnspaced(point);
      if (inside && (alone || !partOfWord)) {
        add(hash);
        hash = FNV_OFFSET;
        inside = false;
      }
      if (alone) {
        add((FNV_OFFSET ^ point) * FNV_PRIME);
        unspaced++;
      } else if (partOfWord) {
        hash = (hash ^ lower(point)) * FNV_PRIME;
        inside = true;
      }
    }
    if (inside) {
      add(hash);
    }
  }

  private void add(long hash) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, count * 2);
    }
    hashes[count++] = mix(hash);
  }

  private static int lower(int point) {
    if (point < 128) {
      return point >= 'A' && point <= 'Z' ? point + 32 : point;
    }
    return Character.toLowerCase(point);
  }

  private static boolean isPartOfWord(int point) {
    if (point < 128) {
      return point >= 'a' && point <= 'z'
          || point >= 'A' && point <= 'Z'
          || point >= '0' && point <= '9';
    }
    if (Character.isLetterOrDigit(point)) {
      return true;
    }
    int type = Character.getType(point);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.LETTER_NUMBER; // among them the Japanese zero
  }

  private static boolean isUnspaced(int point) {
    if (point < 0x0e00) {
      return false;
    }
    return point <= 0x0eff // Thai, Lao
        || point >= 0x1000 && point <= 0x109f // Myanmar
        || point >= 0x1780 && point <= 0x17ff // Khmer
        || point >= 0x3005 && point <= 0x312f // iteration marks, kana, Bopomofo
        || point >= 0x31a0 && point <= 0x31ff
        || point >= 0x3400 && point <= 0x9fff // Han
        || point >= 0xf900 && point <= 0xfaff
        || point >= 0x20000 && point <= 0x3ffff;
  }

  /** How many words there are. */
  public int count() {
    return count;
  }

  /** The hash of a word. */
  public long at(int index) {
    return hashes[index];
  }

  /** More than half of the words are single characters of a script written without spaces. */
  public boolean mostlyUnspaced() {
    return unspaced * 2 > count;
  }

  /**
   * One hash for each run of {@code size} words, in order: {@code count − size + 1} of them, none
   * if there are fewer words. Equal runs have equal hashes in every text.
   */
  public long[] grams(int size) {
    if (size < 1 || count < size) {
      return new long[0];
    }
    long[] grams = new long[count - size + 1];
    long leaving = 1;
    long rolling = 0;
    for (int i = 0; i < size; i++) {
      rolling = rolling * BASE + hashes[i];
      leaving *= BASE;
    }
    grams[0] = mix(rolling);
    for (int i = size; i < count; i++) {
      rolling = rolling * BASE + hashes[i] - leaving * hashes[i - size];
      grams[i - size + 1] = mix(rolling);
    }
    return grams;
  }

  /** Stafford's variant 13 of the MurmurHash3 finaliser, as in SplitMix64: every bit counts. */
  public static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
