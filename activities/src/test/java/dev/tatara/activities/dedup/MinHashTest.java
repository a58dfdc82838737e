package dev.tatara.activities.dedup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinHashTest {
  private final MinHash minHash = new MinHash(112);

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.8, 0.95})
  void estimatesTheJaccardSimilarity(double similarity) {
    Random random = new Random(7);
    double sum = 0;
    int pairs = 200;
    for (int pair = 0; pair < pairs; pair++) {
      sum += estimate(random, similarity);
    }

    // The standard error of one estimate is at most 0.05, of the mean of 200 pairs 0.0035.
    assertThat(sum / pairs).isCloseTo(similarity, within(0.012));
  }

  private double estimate(Random random, double similarity) {
    int union = 2000;
    int shared = (int) Math.round(union * similarity);
    int each = shared + (union - shared) / 2;
    long[] one = new long[each];
    long[] other = new long[each];
    for (int i = 0; i < each; i++) {
      one[i] = random.nextLong();
      other[i] = i < shared ? one[i] : random.nextLong();
    }
    return MinHash.similarity(minHash.signature(one), minHash.signature(other));
  }

  @Test
  void doesNotDependOnTheOrderOfShingles() {
    assertThat(minHash.signature(new long[] {1, 2, 3, 2}))
        .isEqualTo(minHash.signature(new long[] {3, 2, 1}));
  }

  @Test
  void keepsItsPermutationsForEver() {
    // Signatures of other runs are compared with these: a change needs a new code version.
    assertThat(new MinHash(2).signature(new long[] {1, 2, 3}))
        .containsExactly(-5738418913374713940L, -4756367325844042613L);
  }

  @Test
  void hasNoSignatureWithoutShingles() {
    assertThat(minHash.signature(new long[0])).isEmpty();
    assertThat(MinHash.bandKeys(new long[0], 14)).isEmpty();
    assertThat(MinHash.similarity(new long[0], new long[0])).isZero();
  }

  @Test
  void givesEqualKeysToEqualBandsOnly() {
    long[] one = minHash.signature(new long[] {1, 2, 3});
    long[] other = one.clone();
    other[9] ^= 1;

    long[] keys = MinHash.bandKeys(one, 14);
    long[] otherKeys = MinHash.bandKeys(other, 14);

    assertThat(keys).hasSize(14).doesNotHaveDuplicates();
    assertThat(otherKeys[1]).isNotEqualTo(keys[1]);
    otherKeys[1] = keys[1];
    assertThat(otherKeys).isEqualTo(keys);
  }
}
