package dev.tatara.activities.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.activities.clean.LanguageModel.Guess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LanguageModelTest {
  private final LanguageModel model = LanguageModel.bundled();

  @Test
  void namesTheLanguageOfTheDeclarationOfHumanRights() throws IOException {
    List<String> lines = lines("/corpus/lid-udhr.tsv");
    long right = 0;
    for (String line : lines) {
      String[] fields = line.split("\t", 2);
      right += model.guess(fields[1]).language().equals(fields[0]) ? 1 : 0;
    }

    assertThat(lines).hasSizeGreaterThan(1600);
    assertThat((double) right / lines.size()).isGreaterThanOrEqualTo(0.99);
  }

  /** The file holds what fastText 0.9.2 itself answers with the same model. */
  @Test
  void agreesWithFastTextOnLabelAndProbability() throws IOException {
    for (String line : lines("/corpus/lid-fasttext.tsv")) {
      String[] fields = line.split("\t", 3);
      Guess guess = model.guess(fields[2]);

      assertThat(guess.language()).as(line).isEqualTo(fields[0]);
      assertThat(guess.probability())
          .as(line)
          .isCloseTo(Double.parseDouble(fields[1]), within(2e-4));
    }
  }

  private static List<String> lines(String resource) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    LanguageModelTest.class.getResourceAsStream(resource), resource),
                StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }
}
