package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tatara.activities.gang.Ledger;
import dev.tatara.base.store.ObjectStore;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An upgrade of the chart under a run, by the commands of the chart's README. */
@Tag("cluster")
@Timeout(600)
class UpgradeOnClusterTest {
  private static final String NAMESPACE = "upgrade-test";
  private static final String RUN = "moving";
  private static final String ONE = "one";
  private static final String TWO = "two";
  private static final Duration CALL = Duration.ofMinutes(1);
  private static final Duration REST = Duration.ofMinutes(5);

  /** Of Temporal: which build is current is nobody else's business. */
  private static final String VERSIONED = NAMESPACE + "-" + System.currentTimeMillis();

  @TempDir private static Path folder;
  private static Cluster cluster;
  private static Installation tatara;

  @BeforeAll
  static void install() throws Exception {
    cluster =
        Cluster.up(
            List.of("kubernetes", "temporal", "minio"), List.of("trainer", "evaluator", "worker"));
    Tool.run(
        Map.of("TEMPORAL_ADDRESS", cluster.value("TEMPORAL_ADDRESS")),
        CALL,
        List.of(
            cluster.value("BIN") + "/temporal",
            "operator",
            "namespace",
            "create",
            "--namespace",
            VERSIONED));
    tatara =
        Installation.make(
            cluster,
            NAMESPACE,
            VERSIONED + "/",
            List.of(
                "operator.enabled=false",
                "temporal.namespace=" + VERSIONED,
                "worker.deployment.name=tatara",
                "worker.deployment.buildId=" + ONE,
                // Two workers at a time must find room, and a gang beside them.
                "worker.resources.requests.cpu=500m",
                "worker.resources.requests.memory=1Gi"));
    makeCurrent(ONE);
  }

  @AfterAll
  static void clean() {
    tatara.close();
  }

  @Test
  void aRunStaysOnItsBuildWhileTheChartIsUpgradedAndMovesWhenItIsAsked() throws Exception {
    start();
    Patience.await(() -> training().size() == 1, () -> training().toString());
    String pod = training().get(0).getMetadata().getUid();

    upgrade(
        "worker.deployment.buildId=" + TWO,
        "worker.previousBuilds[0].tag=" + ClusterGround.VERSION,
        "worker.previousBuilds[0].buildId=" + ONE);
    assertThat(workers()).containsExactly("tatara-worker-one", "tatara-worker-two");
    makeCurrent(TWO);

    assertThat(build()).isEqualTo(ONE);
    assertThat(training()).singleElement().matches(each -> each.getMetadata().getUid().equals(pod));
    temporal(
        CALL,
        "workflow",
        "signal",
        "--query",
        "TemporalWorkerDeploymentVersion = 'tatara:one' AND ExecutionStatus = 'Running'",
        "--name",
        "upgrade",
        "--yes");
    temporal(REST, "workflow", "result", "--workflow-id", RUN);

    assertThat(build()).isEqualTo(TWO);
    assertThat(new Ledger(ObjectStore.connect(tatara.store())).entries(RUN)).isEmpty();
    upgrade("worker.previousBuilds=null");
    Patience.await(
        () -> workers().equals(List.of("tatara-worker-two")), () -> workers().toString());
  }

  private static void start() throws Exception {
    Path document = folder.resolve(RUN + ".yaml");
    Files.writeString(document, Pipelines.document(RUN, 3000).toString());
    String input = folder.resolve(RUN + ".json").toString();
    Installation.tatara("validate", document.toString(), "--json", input);
    temporal(
        CALL,
        "workflow",
        "start",
        "--type",
        "TrainingPipeline",
        "--task-queue",
        "tatara-workflows",
        "--workflow-id",
        RUN,
        "--input-file",
        input);
  }

  private static void makeCurrent(String build) throws Exception {
    temporal(
        CALL,
        "worker",
        "deployment",
        "set-current-version",
        "--deployment-name",
        "tatara",
        "--build-id",
        build,
        "--yes");
  }

  private static void upgrade(String... values) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "upgrade",
                "tatara",
                "charts/tatara",
                "--namespace",
                NAMESPACE,
                "--reset-then-reuse-values",
                "--wait",
                "--timeout=3m"));
    for (String value : values) {
      command.addAll(List.of("--set", value));
    }
    tatara.helm(command.toArray(String[]::new));
  }

  /** On which the run is. */
  private static String build() throws Exception {
    JsonNode description =
        new ObjectMapper()
            .readTree(
                temporal(CALL, "workflow", "describe", "--workflow-id", RUN, "--output", "json"));
    return description
        .at("/workflowExecutionInfo/versioningInfo/deploymentVersion/buildId")
        .asText();
  }

  private static String temporal(Duration limit, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(words));
    command.addAll(List.of("--namespace", VERSIONED));
    return tatara.temporal(limit, command.toArray(String[]::new));
  }

  private static List<Pod> training() {
    return tatara
        .client()
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel("tatara.dev/stage", "pretrain")
        .withField("status.phase", "Running")
        .list()
        .getItems();
  }

  private static List<String> workers() {
    return tatara.client().apps().deployments().inNamespace(NAMESPACE).list().getItems().stream()
        .map(deployment -> deployment.getMetadata().getName())
        .sorted()
        .toList();
  }
}
