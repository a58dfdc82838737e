package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart gives for its cases, as a real API server takes it; nothing of it is kept. */
@Tag("cluster")
@Timeout(120)
class ChartOnClusterTest {
  private static final Pattern KIND = Pattern.compile("(?m)^kind: ");
  private static final Pattern OF_THE_PROMETHEUS_OPERATOR =
      Pattern.compile("(?m)^apiVersion: monitoring\\.coreos\\.com/");
  private static final List<String> NAMESPACES =
      List.of("models", "models-pods", "team-a", "team-b");

  private static Cluster cluster;
  private static String definitions = "";

  @TempDir private Path folder;

  @BeforeAll
  static void define() throws Exception {
    cluster = Cluster.up(List.of("kubernetes"), List.of());
    definitions = cluster.value("BIN") + "/../keda";
    cluster.define(definitions);
    for (String namespace : NAMESPACES) {
      cluster.kubectl("create", "namespace", namespace);
    }
  }

  @AfterAll
  static void remove() throws Exception {
    cluster.kubectl("delete", "-f", definitions);
    for (String namespace : NAMESPACES) {
      cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found");
    }
  }

  static List<Path> cases() throws IOException {
    try (Stream<Path> files = Files.list(TataraCommand.home().resolve("charts/tests/golden"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatTheChartGivesIsAsTheDefinitionsWantIt(Path golden) throws Exception {
    List<String> objects =
        Stream.of(Files.readString(golden).split("(?m)^---$"))
            .filter(object -> KIND.matcher(object).find())
            .filter(object -> !OF_THE_PROMETHEUS_OPERATOR.matcher(object).find())
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
