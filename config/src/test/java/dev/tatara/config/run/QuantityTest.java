package dev.tatara.config.run;

import static dev.tatara.config.run.RunTexts.problems;
import static dev.tatara.config.run.RunTexts.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.Json;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "1500k, 1500000",
    "1500K, 1500000",
    "2.5m, 2500000",
    "3b, 3000000000",
    "0.001k, 1",
    "1_000, 1000",
    "42, 42",
    "9223372036854775807, 9223372036854775807"
  })
  void readsSuffixes(String text, long number) {
    assertThat(Quantity.parse(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "k",
        "-1k",
        "1t",
        "1.5",
        "1.0001k",
        "1e6",
        "1k tokens",
        "9223372036854775808",
        "10000000000b"
      })
  void refusesWhatIsNoWholeNumberOf64Bits(String text) {
    assertThatThrownBy(() -> Quantity.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("is \"" + text + "\"; write a whole number, or one like 1500k, 2.5m or 3b");
  }

  @ParameterizedTest
  @CsvSource({"1500k, 1500000", "15e6, 15000000", "2000000, 2000000", "2_000_000, 2000000"})
  void mayBeWrittenInSeveralWays(String text, long tokens) {
    RunDocument document = RunFile.parse(with("tokens: 100k", "tokens: " + text), "run.yaml");

    assertThat(document.spec().pretrain().tokens()).isEqualTo(tokens);
  }

  @Test
  void tellsHowItIsWritten() {
    assertThat(problems(with("tokens: 100k", "tokens: 1,5 Mio")))
        .containsExactly(
            "spec.pretrain.tokens (line 26) is the text \"1,5 Mio\", but must be a whole number below"
                + " 2^63, also with k, m or b for thousands, millions or billions; write, for example,"
                + " 1500k");
    assertThat(problems(with("tokens: 100k", "tokens: 0")))
        .containsExactly(
            "spec.pretrain.tokens (line 26) is 0, but must be at least 1; write a number in this range");
  }

  @Test
  void isCheckedWhereTheLoaderIsNotAsked() {
    byte[] json = "{\"validationBytes\":\"1x\"}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> Json.read(json, EvaluateConfig.class))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("write a whole number, or one like 1500k");
  }
}
