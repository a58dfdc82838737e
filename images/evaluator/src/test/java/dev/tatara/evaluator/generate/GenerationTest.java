package dev.tatara.evaluator.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import dev.tatara.evaluator.TinyModel;
import dev.tatara.evaluator.text.TextTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationTest {
  @TempDir static Path folder;

  @BeforeAll
  static void write() {
    TinyModel.prepareEngine();
    TinyModel.write(folder, 11, 0.3f);
  }

  @Test
  void theSameSeedGivesTheSameText() {
    assertThat(generated("--seed", "1")).isEqualTo(generated("--seed", "1")).isNotEmpty();
    assertThat(generated("--seed", "1")).isNotEqualTo(generated("--seed", "2"));
  }

  @Test
  void stopsWhereTheModelsContextEnds() {
    assertThat(generated("--max-tokens", "1000", "--temperature", "0", "--chat"))
        .hasSizeLessThanOrEqualTo(TinyModel.MAX_POSITIONS);
  }

  @Test
  void readsTheEndOfAPromptThatIsTooLong() {
    StringBuilder text = new StringBuilder();
    Generation.run(options("--prompt", "長".repeat(500)), text::append);
    assertThat(text).isNotEmpty();
  }

  @Test
  void neverShowsHalfACharacter() throws IOException {
    String text = "日本語と𩸽とemoji👩‍👧 ok";
    try (TextTokenizer tokenizer = tokenizer()) {
      TextStream stream = new TextStream(tokenizer);
      StringBuilder shown = new StringBuilder();
      for (int id : tokenizer.encode(text)) {
        String piece = stream.add(id);
        assertThat(piece).doesNotContain("\uFFFD");
        shown.append(piece);
      }
      assertThat(shown.append(stream.end())).hasToString(text);
    }
  }

  @Test
  void showsBytesThatAreNoCharacterAsReplacements() throws IOException {
    try (TextTokenizer tokenizer = tokenizer()) {
      int[] whole = tokenizer.encode("日");
      TextStream stream = new TextStream(tokenizer);
      String shown = stream.add(whole[0]) + stream.add(tokenizer.encode("a")[0]);
      assertThat(shown + stream.end()).isEqualTo("\uFFFDa");
      // and after many of them, a whole character again
      stream = new TextStream(tokenizer);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 9; i++) {
        text.append(stream.add(whole[1]));
      }
      assertThat(text.length()).isGreaterThan(3);
      text.append(stream.add(tokenizer.encode("b")[0])).append(stream.end());
      assertThat(text.toString()).endsWith("\uFFFDb");
    }
  }

  @Test
  void drawsOnlyFromTheNucleus() {
    float[] logits = {0, 3, 2.9f, -5};
    Sampler sampler = new Sampler(1, 0.9, 7);
    var drawn = new TreeSet<>(IntStream.range(0, 200).mapToObj(i -> sampler.next(logits)).toList());
    assertThat(drawn).containsExactly(1, 2);
    assertThat(new Sampler(0, 1, 7).next(logits)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--max-tokens,zero,give a number",
    "--max-tokens,0,out of range",
    "--top-p,1.5,out of range",
    "--temperature,-1,out of range",
    "--temperature,NaN,out of range",
    "--tokens,5,--tokens is no option",
    "--prompt,'',--prompt is missing",
    "--prompt,a\uFFFD,LC_ALL=C.UTF-8",
    "--model,nowhere,There is no folder nowhere",
  })
  void saysWhatToTypeInstead(String option, String value, String message) {
    assertThatThrownBy(() -> Generation.run(options(option, value), text -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  private static TextTokenizer tokenizer() throws IOException {
    return TextTokenizer.load(Files.readAllBytes(folder.resolve("tokenizer.json")));
  }

  private static String generated(String... more) {
    StringBuilder text = new StringBuilder();
    Generation.run(options(more), text::append);
    return text.toString();
  }

  private static GenerateOptions options(String... more) {
    var arguments = new ArrayList<>(List.of("--model", folder.toString()));
    arguments.addAll(List.of("--prompt", "hi", "--max-tokens", "12"));
    arguments.addAll(List.of(more));
    return GenerateOptions.parse(arguments);
  }
}
