package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelSizeTest {
  /** The vocabulary that a size is meant for. */
  static int vocabularySize(String name) {
    return Set.of("nano", "1m", "4m").contains(name) ? 4_096 : 32_000;
  }

  static Set<String> names() {
    return ModelSize.all().keySet();
  }

  @ParameterizedTest
  @CsvSource({
    "1m, 1e6",
    "4m, 4e6",
    "15m, 15e6",
    "42m, 42e6",
    "124m, 124e6",
    "350m, 350e6",
    "1b, 1e9",
    "7b, 7e9"
  })
  void hasAboutAsManyParametersAsItsNameSays(String name, double parameters) {
    assertThat(ModelSize.of(name).parameters(vocabularySize(name)) / parameters)
        .isCloseTo(1.0, within(0.15));
  }

  @ParameterizedTest
  @MethodSource("names")
  void isAShapeThatTheLoaderAccepts(String name) {
    ModelShape shape = ModelSize.of(name);

    assertThat(shape.hiddenSize() % shape.heads()).isZero();
    assertThat(shape.headSize() % 2).isZero();
    assertThat(shape.heads() % shape.keyValueHeads()).isZero();
  }

  @Test
  void countsTheParametersOfLlama2() {
    assertThat(ModelSize.of("7b").parameters(32_000)).isEqualTo(6_738_415_616L);
  }

  @Test
  void understandsCapitals() {
    assertThat(ModelSize.of("1M")).isEqualTo(ModelSize.of("1m"));
  }

  @Test
  void listsTheSizesWhenOneIsUnknown() {
    assertThatThrownBy(() -> ModelSize.of("13m"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "is \"13m\"; use one of nano, 1m, 4m, 15m, 42m, 124m, 350m, 1b, 7b, or give"
                + " pretrain.dimensions");
  }
}
