package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.config.run.RunFile;
import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The custom resource, as a real API server takes and refuses it; nothing acts on it here. */
@Tag("cluster")
@Timeout(120)
class CustomResourceOnClusterTest {
  private static final String NAMESPACE = "default";

  private static Cluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void define() throws Exception {
    cluster = Cluster.up(List.of("kubernetes"), List.of());
    cluster.define(Cluster.DEFINITION);
  }

  @AfterAll
  static void remove() throws Exception {
    cluster.kubectl("delete", "-f", Cluster.DEFINITION);
  }

  static List<Path> runFiles() throws IOException {
    try (Stream<Path> files = Files.list(TataraCommand.home().resolve("config/runs"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("runFiles")
  void aRunFileIsAResourceAndItsDefaultsMeanTheSame(Path file) throws Exception {
    ObjectNode stored =
        (ObjectNode) new ObjectMapper().readTree(dryRun(file.toString(), "-o", "json"));
    ObjectNode metadata = (ObjectNode) stored.path("metadata");
    metadata.retain("name");

    assertThat(stored.at("/spec/tokenize/validationFraction").isNumber()).isTrue();
    assertThat(RunFile.parse(stored.toString(), "run.json")).isEqualTo(RunFile.load(file));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "/spec/pretrain/wokers | 2 | unknown field \"spec.pretrain.wokers\"",
        "/spec/collect/sources/0/format | pdf | supported values: \"warc\", \"html\"",
        "/spec/pretrain/workers | -1 | should be greater than or equal to 1",
        "/spec/clean/languageConfidence | 1.5 | should be less than or equal to 1",
        "/spec/collect/sources/0/uri | file:data/ | should match",
        "/spec/collect/sources/1/name | manuals | Duplicate value",
        "/spec/seed | eleven | must be of type integer",
        "/spec/pretrain/tokens | many | should match",
        "/spec/pretrain/tokens | \"0\" | must be at least 1",
        "/metadata/name | a.b | must be 1 to 63 lower-case letters, digits and hyphens",
        "/spec/pretrain/model | 2m | must be one of nano, 1m,",
        "/spec/pretrain/from | file:models/llama | from must be given alone",
        "/spec/pretrain/dimensions | {hiddenSize: 64, layers: 2, heads: 2, intermediateSize: 192}"
            + " | because a model has one size",
        "/spec/pretrain/batchTokens | 2000 | must be a multiple of sequenceLength times workers",
        "/spec/pretrain/batchTokens | 2.5k | must be a multiple of sequenceLength times workers",
        "/spec/pretrain/tokens | 1k | must be enough for one step of batchTokens",
        "/spec/sft/batch | 7 | sft.batch must be a multiple of pretrain.workers",
        "/spec/dpo/batch | 7 | dpo.batch must be a multiple of pretrain.workers",
        "/spec/gate/rules/0/maxDrop | 0.1 | must have exactly one bound",
        "/spec/gate/approval | maybe | supported values: \"none\", \"required\"",
        "/spec/budget | {rankHours: 0} | should be greater than 0",
        "/spec/budget | {} | rankHours: Required value",
        "/spec/mixture/1/until | 90% | must be 100% in the last phase",
        "/spec/clean/quality | {minWords: 9, maxWords: 8} | must be at most maxWords, else nothing",
        "/spec/clean/repetition | {maxTopNgramCharacters: {two: 0.1}} | named by a whole number",
      })
  void aWrongValueIsRefusedWithASentence(String pointer, String value, String sentence)
      throws Exception {
    JsonNode document = document();
    replace(document, pointer, new YAMLMapper().readTree(value));

    assertThatThrownBy(() -> dryRun(write(document), "--validate=strict"))
        .hasMessageContaining(sentence);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | model must be given, or pretrain.dimensions",
        "{dimensions: {hiddenSize: 65, layers: 2, heads: 2, intermediateSize: 192}}"
            + " | hiddenSize must be a multiple of heads",
        "{dimensions: {hiddenSize: 66, layers: 2, heads: 2, intermediateSize: 192}}"
            + " | even width",
        "{dimensions: {hiddenSize: 64, layers: 2, heads: 4, keyValueHeads: 3, intermediateSize: 192}}"
            + " | keyValueHeads must divide heads",
        "{from: 'file:models/llama'} | vocabularySize must be left out beside pretrain.from",
      })
  void aModelThatCannotBeIsRefusedWithASentence(String pretrain, String sentence) throws Exception {
    JsonNode document = document();
    replace(document, "/spec/pretrain", new YAMLMapper().readTree(pretrain));

    assertThatThrownBy(() -> dryRun(write(document), "--validate=strict"))
        .hasMessageContaining(sentence);
  }

  @Test
  void theTableShowsStageStepAndTheConditionThatTellsMost() throws Exception {
    cluster.kubectl("apply", "--server-side", "-n", NAMESPACE, "-f", "config/runs/ci.yaml");
    cluster.kubectl(
        "patch", "tp", "ci", "-n", NAMESPACE, "--subresource=status", "--type=merge", "-p", STATUS);

    assertThat(cluster.kubectl("get", "tp", "-n", NAMESPACE))
        .containsPattern("ci +pretrain +120 +Running");
    assertThat(cluster.kubectl("get", "tp", "-n", NAMESPACE, "-o", "wide"))
        .containsPattern("Running .* Training +default-ci .* is at step 120");
    cluster.kubectl("wait", "--for=condition=Running", "--timeout=5s", "-n", NAMESPACE, "tp/ci");
    cluster.kubectl("delete", "tp", "ci", "-n", NAMESPACE);
  }

  private static final String STATUS =
      """
      {"status": {"observedGeneration": 1, "stage": "pretrain", "step": 120, "steps": 240,
        "workflowId": "default-ci",
        "conditions": [
          {"type": "Running", "status": "True", "reason": "Training",
           "message": "pretrain is at step 120 of 240", "lastTransitionTime": "2026-01-01T00:00:00Z"},
          {"type": "Accepted", "status": "True", "reason": "Valid", "message": "the spec is sound",
           "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
      """;

  private static JsonNode document() throws IOException {
    return new YAMLMapper().readTree(TataraCommand.home().resolve("config/runs/ci.yaml").toFile());
  }

  private static void replace(JsonNode document, String pointer, JsonNode value) {
    int cut = pointer.lastIndexOf('/');
    ((ObjectNode) document.at(pointer.substring(0, cut))).set(pointer.substring(cut + 1), value);
  }

  private String write(JsonNode document) throws IOException {
    Path file = folder.resolve("run.json");
    Files.writeString(file, document.toString());
    return file.toString();
  }

  private static String dryRun(String file, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("create", "--dry-run=server", "-n", NAMESPACE, "-f", file));
    words.addAll(List.of(more));
    return cluster.kubectl(words.toArray(String[]::new));
  }
}
