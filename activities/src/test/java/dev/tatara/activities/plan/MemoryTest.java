package dev.tatara.activities.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.tatara.config.run.ModelShape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formula against bytes that ranks of the trainer held. */
final class MemoryTest {
  /** As in {@code dev.tatara.bench.Size.M}, where the bytes were measured. */
  private static final ModelShape SHAPE = new ModelShape(512, 8, 8, 8, 1408, true);

  private static final int VOCABULARY = 8192;

  /** Padding and alignment are not in the formula. */
  private static final double TOLERANCE = 1;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 119572480, 119572480, 239144960",
    "1, 2, 119572480, 179358720, 119572480",
    "1, 4, 119572480, 149465600, 59786240",
    "2, 2, 119572480, 97803264, 119572480",
    "2, 4, 119572480, 63715840, 59786240",
    "3, 2, 89414656, 97803264, 119572480",
    "3, 4, 59521536, 63715840, 59786240",
  })
  void formulaGivesWhatARankHolds(
      int zero, int ranks, long parameters, long gradients, long moments) {
    Memory.Sharding sharding = new Memory.Sharding(ranks, zero);
    assertThat(Memory.values(sharding, SHAPE, VOCABULARY))
        .isCloseTo(parameters, withPercentage(TOLERANCE));
    assertThat(Memory.gradients(sharding, SHAPE, VOCABULARY))
        .isCloseTo(gradients, withPercentage(TOLERANCE));
    assertThat(Memory.moments(sharding, SHAPE, VOCABULARY))
        .isCloseTo(moments, withPercentage(TOLERANCE));
  }
}
