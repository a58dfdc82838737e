package dev.tatara.config.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> KEYS = List.of("tokens", "workers", "batchTokens", "model");

  @ParameterizedTest
  @CsvSource({
    "tokns, tokens",
    "tokesn, tokens",
    "Workers, workers",
    "batch_tokens, batchTokens",
    "modle, model",
    "batch, batchTokens",
    "workersCount, workers"
  })
  void findsWhatWasMeant(String word, String meant) {
    assertThat(Nearest.to(word, KEYS)).contains(meant);
  }

  @Test
  void saysNothingWhenNothingIsNear() {
    assertThat(Nearest.to("licence", KEYS)).isEmpty();
    assertThat(Nearest.to("", KEYS)).isEmpty();
    assertThat(Nearest.to("tokens".repeat(1_000), KEYS)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"abc, abc, 0", "abc, acb, 1", "abc, ab, 1", "abc, xyz, 3", "ca, abc, 3"})
  void countsInsertionsDeletionsReplacementsAndSwaps(String a, String b, int edits) {
    assertThat(Nearest.distance(a, b)).isEqualTo(edits);
    assertThat(Nearest.distance(b, a)).isEqualTo(edits);
  }
}
