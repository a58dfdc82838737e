package dev.tatara.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.base.process.Rank;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Our side of the comparison. */
final class TataraRunTest {
  @Test
  void stepsAreMeasured() {
    TataraRun run = new TataraRun(Size.N, 3, 1, Optional.empty());
    Measurement measured = run.measure(Rank.fromEnvironment(TataraRun.alone()));
    assertThat(measured.tokens()).isEqualTo(3 * 12 * 64);
    assertThat(measured.tokensPerCpuSecond()).isPositive();
    assertThat(measured.loss()).isBetween(3.0, 5.0);
  }
}
