package dev.tatara.activities.clean;

/**
 * Counts n-grams of word hashes. Long texts are taken in windows: in a whole novel nearly every
 * short phrase occurs twice, which Gopher's limits, made for pages, do not mean.
 */
final class Ngrams {
  /** Units per window. */
  static final int WINDOW = 10_000;

  private static final long BASE = 0x9E3779B97F4A7C15L;

  private final Words words;
  private final int n;

  /** Polynomial hashes and characters of all units before a unit. */
  private final Prefixes prefixes;

  /** BASE to the power of n. */
  private final long power;

  Ngrams(Reading reading, int n) {
    this.words = reading.words();
    this.prefixes = reading.prefixes();
    this.n = words.unitsOf(n);
    long product = 1;
    for (int i = 0; i < this.n; i++) {
      product *= BASE;
    }
    this.power = product;
  }

  /**
   * Sums over the units before each unit, so that those of an n-gram are a difference.
   *
   * @param hashes polynomial in {@link #BASE}
   * @param characters lengths
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Prefixes(long[] hashes, int[] characters) {
    static Prefixes of(Words words) {
      int size = words.size();
      long[] hashes = new long[size + 1];
      int[] characters = new int[size + 1];
      for (int i = 0; i < size; i++) {
        hashes[i + 1] = hashes[i] * BASE + words.hash(i);
        characters[i + 1] = characters[i] + words.length(i);
      }
      return new Prefixes(hashes, characters);
    }
  }

  /** Share of characters in the most frequent n-gram; the mean over windows. */
  double topShare() {
    return share(true);
  }

  /**
   * Share of characters in n-grams that occurred before, without overlaps; the mean over windows.
   */
  double duplicateShare() {
    return share(false);
  }

  private double share(boolean top) {
    long characters = 0;
    for (int from = 0; from < words.size(); from += WINDOW) {
      int to = Math.min(words.size(), from + WINDOW);
      characters += top ? topCharacters(from, to) : duplicateCharacters(from, to);
    }
    return (double) characters / Math.max(1, words.characters());
  }

  private long topCharacters(int from, int to) {
    Counts counts = new Counts(to - from);
    int most = 1;
    int mostAt = -1;
    for (int i = from; i + n <= to; i++) {
      int count = counts.add(hash(i));
      if (count > most) {
        most = count;
        mostAt = i;
      }
    }
    return mostAt < 0 ? 0 : (long) most * characters(mostAt);
  }

  private long duplicateCharacters(int from, int to) {
    Counts seen = new Counts(to - from);
    long characters = 0;
    for (int i = from; i + n <= to; ) {
      if (seen.add(hash(i)) > 1) {
        characters += characters(i);
        i += n;
      } else {
        i++;
      }
    }
    return characters;
  }

  private long hash(int unit) {
    long hash = prefixes.hashes()[unit + n] - prefixes.hashes()[unit] * power;
    hash = (hash ^ (hash >>> 32)) * BASE;
    return hash == 0 ? 1 : hash;
  }

  private int characters(int unit) {
    return prefixes.characters()[unit + n] - prefixes.characters()[unit];
  }

  /** How often each hash was added; 0 marks a free place. */
  private static final class Counts {
    private final long[] keys;
    private final int[] counts;

    Counts(int expected) {
      int capacity = Integer.highestOneBit(Math.max(8, 2 * expected)) * 2;
      keys = new long[capacity];
      counts = new int[capacity];
    }

    int add(long key) {
      int place = (int) (key >>> 32) & (keys.length - 1);
      while (keys[place] != 0 && keys[place] != key) {
        place = (place + 1) & (keys.length - 1);
      }
      keys[place] = key;
      return ++counts[place];
    }
  }
}
