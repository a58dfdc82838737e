package dev.tatara.evaluator.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tatara.base.document.ChoiceItem;
import dev.tatara.config.Json;
import dev.tatara.evaluator.model.CausalModel;
import dev.tatara.evaluator.model.TorchRuntime;
import dev.tatara.evaluator.text.TextTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scores against those of lm-evaluation-harness on the same model and items. */
@Tag("vectors")
class EvaluationVectorsTest {
  private static final Path VECTORS = Path.of(System.getProperty("tatara.vectors"));
  private static final Path CASE = VECTORS.resolve("a_eval");
  private static final Pattern NAME =
      Pattern.compile("samples_(?<setting>[a-z]+_maxlen(?<length>\\d+).*)_(?<task>ref_.*)\\.jsonl");
  private static final int END_OF_TEXT = 0;

  private static CausalModel model;
  private static TextTokenizer tokenizer;

  @BeforeAll
  static void load() throws IOException {
    TorchRuntime.prepare(Path.of("target", "cache"));
    Path folder = VECTORS.resolve("models").resolve("tiny_llama_trained");
    tokenizer = TextTokenizer.load(Files.readAllBytes(folder.resolve("tokenizer.json")));
    model = CausalModel.load(folder);
  }

  @AfterAll
  static void close() {
    model.close();
    tokenizer.close();
  }

  /** Tasks that are judged by the likeliest answer; mc2 and generation have rules of their own. */
  static List<Path> multipleChoice() throws IOException {
    try (Stream<Path> files = Files.list(CASE)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("samples_mc_"))
          .filter(file -> !file.toString().matches(".*(mc2|generate)\\.jsonl"))
          .sorted()
          .toList();
    }
  }

  @Test
  void findsTheSamples() throws IOException {
    assertThat(multipleChoice()).hasSizeGreaterThanOrEqualTo(6);
  }

  @ParameterizedTest
  @MethodSource("multipleChoice")
  void answersAsTheHarnessDoes(Path file) throws IOException {
    List<JsonNode> samples = lines(file);
    List<ChoiceItem> items = samples.stream().map(EvaluationVectorsTest::item).toList();
    var choice = new MultipleChoice("task", items, tokenizer, END_OF_TEXT, length(file));
    List<float[]> scores = new SequenceScorer(model).score(choice.sequences(), (n, t) -> {});

    int at = 0;
    for (JsonNode sample : samples) {
      for (JsonNode response : sample.path("resps")) {
        double expected = response.path(0).asDouble();
        assertThat(Results.sum(scores.get(at++))).isCloseTo(expected, within(1e-3));
      }
    }
    Results results = new Results();
    choice.report(scores, results);
    JsonNode expected = expected(file);
    assertThat(results.metrics().get("acc.task"))
        .isCloseTo(expected.path("acc,none").asDouble(), within(1e-12));
    if (expected.has("acc_norm,none")) {
      assertThat(results.metrics().get("acc_norm.task"))
          .isCloseTo(expected.path("acc_norm,none").asDouble(), within(1e-12));
    }
  }

  @Test
  void readsLongTextInWindowsAsTheHarnessDoes() throws IOException {
    Path file = CASE.resolve("samples_rolling_maxlen128_ref_rolling.jsonl");
    List<String> texts =
        lines(file).stream().map(sample -> sample.path("target").asText()).toList();
    var bits = new BitsPerByte("en", texts, Long.MAX_VALUE, tokenizer, END_OF_TEXT, length(file));
    Results results = new Results();
    bits.report(new SequenceScorer(model).score(bits.sequences(), (n, t) -> {}), results);
    assertThat(results.metrics().get("bits_per_byte.en"))
        .isCloseTo(expected(file).path("bits_per_byte,none").asDouble(), within(1e-5));
  }

  private static ChoiceItem item(JsonNode sample) {
    String context = sample.path("arguments").path(0).path(0).asText();
    String delimiter = sample.path("arguments").path(0).path(1).asText().substring(0, 1);
    List<String> choices = new ArrayList<>();
    sample.path("arguments").forEach(pair -> choices.add(pair.path(1).asText().substring(1)));
    int answer = sample.path("target").asInt();
    return new ChoiceItem(sample.path("doc_id").asText(), context, delimiter, choices, answer);
  }

  private static JsonNode expected(Path file) throws IOException {
    Matcher name = name(file);
    return Json.tree(Files.readAllBytes(CASE.resolve("expected_results.json")))
        .path(name.group("setting"))
        .path(name.group("task"));
  }

  private static int length(Path file) {
    return Integer.parseInt(name(file).group("length"));
  }

  private static Matcher name(Path file) {
    Matcher matcher = NAME.matcher(file.getFileName().toString());
    assertThat(matcher.matches()).isTrue();
    return matcher;
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> Json.tree(line.getBytes(StandardCharsets.UTF_8)))
        .toList();
  }
}
