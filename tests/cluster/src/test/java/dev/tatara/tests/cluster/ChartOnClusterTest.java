package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart gives for its cases, as a real API server takes it; nothing of it is kept. */
@Tag("cluster")
@Timeout(120)
class ChartOnClusterTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
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
    kubectl("apply", "--server-side", "-f", definitions);
    Patience.await(ChartOnClusterTest::areEstablished, () -> definitions + " are not established");
    for (String namespace : NAMESPACES) {
      kubectl("create", "namespace", namespace);
    }
  }

  /** One that is some milliseconds old has no conditions yet, which kubectl takes for an error. */
  private static boolean areEstablished() {
    try {
      kubectl("wait", "--for=condition=Established", "--timeout=10s", "-f", definitions);
      return true;
    } catch (AssertionError | IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @AfterAll
  static void remove() throws Exception {
    kubectl("delete", "-f", definitions);
    for (String namespace : NAMESPACES) {
      kubectl("delete", "namespace", namespace, "--ignore-not-found");
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
        kubectl(
            "apply",
            "--server-side",
            "--dry-run=server",
            "--validate=strict",
            "-f",
            file.toString());

    assertThat(told.lines().filter(line -> line.contains("serverside-applied")))
        .hasSameSizeAs(objects);
  }

  private static String kubectl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(cluster.value("BIN") + "/kubectl"));
    command.addAll(List.of(words));
    return Tool.run(Map.of("KUBECONFIG", cluster.value("KUBECONFIG")), LIMIT, command);
  }
}
