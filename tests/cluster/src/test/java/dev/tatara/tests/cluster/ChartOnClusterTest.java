package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart gives for its cases, as a real API server takes it; nothing of it is kept. */
@Tag("cluster")
@Timeout(120)
class ChartOnClusterTest {
  /** Whose definitions are needed: KEDA's, and the Prometheus Operator's. */
  private static final List<String> OTHERS = List.of("keda", "monitoring");

  private static final Pattern KIND = Pattern.compile("(?m)^kind: ");
  private static final List<String> NAMESPACES =
      List.of("models", "models-pods", "team-a", "team-b");

  private static Cluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void define() throws Exception {
    cluster = Cluster.up(List.of("kubernetes"), List.of());
    for (String others : OTHERS) {
      cluster.define(folderOf(others));
    }
    for (String namespace : NAMESPACES) {
      // An aborted run may have left it.
      cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found");
      cluster.kubectl("create", "namespace", namespace);
    }
  }

  private static String folderOf(String others) {
    return cluster.value("BIN") + "/../" + others;
  }

  @AfterAll
  static void remove() throws Exception {
    for (String others : OTHERS) {
      cluster.kubectl("delete", "-f", folderOf(others));
    }
    for (String namespace : NAMESPACES) {
      cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found");
    }
  }

  static List<Path> cases() throws IOException {
    try (Stream<Path> files = Files.list(TataraCommand.home().resolve("charts/tests/golden"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void whatTheChartGivesToPrometheusIsUnderstood() throws Exception {
    List<JsonNode> rules = new ArrayList<>();
    YAMLMapper yaml = new YAMLMapper();
    for (Path golden : cases()) {
      try (MappingIterator<JsonNode> objects =
          yaml.readerFor(JsonNode.class).readValues(golden.toFile())) {
        objects.forEachRemaining(
            object -> {
              if (object.path("kind").asText().equals("PrometheusRule")) {
                rules.add(object.path("spec"));
              }
            });
      }
    }

    assertThat(rules).isNotEmpty();
    for (JsonNode rule : rules) {
      Path file = folder.resolve("rules.yaml");
      yaml.writeValue(file.toFile(), rule);
      List<String> check =
          List.of(cluster.value("BIN") + "/promtool", "check", "rules", file.toString());
      assertThat(Tool.run(Map.of(), Duration.ofSeconds(30), check)).contains("SUCCESS");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatTheChartGivesIsAsTheDefinitionsWantIt(Path golden) throws Exception {
    List<String> objects =
        Stream.of(Files.readString(golden).split("(?m)^---$"))
            .filter(object -> KIND.matcher(object).find())
            .toList();
    Path file = folder.resolve("objects.yaml");
    Files.writeString(file, String.join("\n---\n", objects));

    String told =
        cluster.kubectl(
            "apply",
            "--server-side",
            "--dry-run=server",
            "--validate=strict",
            "-f",
            file.toString());

    assertThat(told.lines().filter(line -> line.contains("serverside-applied")))
        .hasSameSizeAs(objects);
  }
}
