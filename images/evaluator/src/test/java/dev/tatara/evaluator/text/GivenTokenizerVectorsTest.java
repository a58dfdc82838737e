package dev.tatara.evaluator.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.config.Json;
import dev.tatara.evaluator.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is evaluated is tokenised as what is trained on: both agree with the same reference. */
@Tag("vectors")
class GivenTokenizerVectorsTest {
  @BeforeAll
  static void prepare() {
    TinyModel.prepareEngine();
  }

  static List<Path> families() throws IOException {
    Path root = Path.of(Objects.requireNonNull(System.getProperty("tatara.vectors")));
    try (Stream<Path> files = Files.list(root.resolve("h_given_tokenizers"))) {
      List<Path> families = files.filter(Files::isDirectory).sorted().toList();
      assertThat(families).hasSizeGreaterThanOrEqualTo(5);
      return families;
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void takesNamesOfSpecialTokensForTextOnlyWhereTrainingDoes(Path family) throws IOException {
    List<String> lines = Files.readAllLines(family.resolve("encodings.jsonl"));
    assertThat(lines).hasSizeGreaterThan(100);
    byte[] json = Files.readAllBytes(family.resolve("tokenizer.json"));
    try (TextTokenizer tokenizer = TextTokenizer.load(json)) {
      for (String line : lines) {
        JsonNode each = Json.tree(line.getBytes(StandardCharsets.UTF_8));
        String text = each.get("text").asText();
        assertThat(tokenizer.encodePlain(text)).as(text).isEqualTo(ints(each.get("plain")));
        assertThat(tokenizer.encode(text))
            .as(text)
            .isEqualTo(ints(each.has("special") ? each.get("special") : each.get("plain")));
      }
    }
  }

  private static int[] ints(JsonNode array) {
    return array.valueStream().mapToInt(JsonNode::asInt).toArray();
  }
}
