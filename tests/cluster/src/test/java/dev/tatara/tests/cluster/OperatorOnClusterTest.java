package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Resources become runs on a real cluster: the chart with worker and operator, {@code kubectl} in
 * the hands of a user, and what Temporal says of it.
 */
@Tag("cluster")
@Timeout(600)
class OperatorOnClusterTest {
  private static final String NAMESPACE = "operator-test";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration CALL = Duration.ofMinutes(1);
  private static final int LONG = 200_000;

  @TempDir private static Path folder;
  private static Cluster cluster;
  private static Installation tatara;
  private static Pipelines pipelines;

  @BeforeAll
  static void install() throws Exception {
    cluster =
        Cluster.up(
            List.of("kubernetes", "temporal", "minio", "prometheus"),
            List.of("trainer", "evaluator", "worker", "operator"));
    pipelines = new Pipelines(cluster, cluster.client(), NAMESPACE, folder);
    cluster.define(Cluster.DEFINITION);
    tatara =
        Installation.make(
            cluster,
            NAMESPACE,
            "operator-%d/".formatted(System.currentTimeMillis()),
            // Two workers at a time must find room, and a gang beside them.
            List.of("worker.resources.requests.cpu=500m", "worker.resources.requests.memory=1Gi"));
  }

  @AfterAll
  static void clean() throws Exception {
    pipelines.kubectl("delete", "tp", "--all", "--timeout=50s");
    tatara.close();
  }

  @Test
  void aResourceBecomesARunThatIsFollowedToItsModel() throws Exception {
    pipelines.apply(Pipelines.document("whole", 40));

    pipelines.await(
        "whole",
        "Running",
        running -> Pipelines.isTrue(running) && pipelines.status("whole").stage() != null);
    pipelines.await("whole", "Succeeded", Pipelines::isTrue, Duration.ofMinutes(5));
    pipelines.kubectl("wait", "--for=condition=Succeeded", "--timeout=5s", "tp/whole");
    pipelines.kubectl("wait", "--for=condition=Ready", "--timeout=5s", "tp/whole");

    PipelineResourceStatus status = pipelines.status("whole");
    assertThat(status.model()).startsWith("s3://tatara/");
    assertThat(status.workflowId()).isEqualTo(NAMESPACE + "-whole");
    assertThat(status.completionTime()).isNotNull();
    assertThat(describe("whole").path("workflowExecutionInfo").path("status").asText())
        .isEqualTo("WORKFLOW_EXECUTION_STATUS_COMPLETED");
    assertThat(pipelines.kubectl("get", "tp", "whole"))
        .containsPattern("whole +publish .*Succeeded");
    String run = runId("whole");
    killOperator();
    pipelines.kubectl("annotate", "tp", "whole", "example.com/seen=1");
    awaitOperator();
    assertThat(runId("whole")).as("an operator that starts runs nothing twice").isEqualTo(run);
  }

  @Test
  void anOperatorThatIsKilledFindsItsRunAgain() throws Exception {
    pipelines.apply(Pipelines.document("killed", LONG));
    awaitWorkflow("killed");
    killOperator();
    String run = runId("killed");

    pipelines.await("killed", "Running", Pipelines::isTrue);

    assertThat(runId("killed")).isEqualTo(run);
    assertThat(pipelines.status("killed").runId()).isEqualTo(run);
    pipelines.kubectl("delete", "tp", "killed", "--timeout=50s");
  }

  @Test
  void aResourceThatSaysSoTakesWhatItsRunHasMadeWithIt() throws Exception {
    ObjectNode document = Pipelines.document("fleeting", 40);
    ObjectNode spec = (ObjectNode) document.path("spec");
    spec.put("seed", 99).putObject("retention").put("onDeletion", "remove");
    pipelines.apply(document);
    pipelines.await("fleeting", "Succeeded", Pipelines::isTrue, Duration.ofMinutes(5));
    ObjectStore store = ObjectStore.connect(tatara.store());
    String model = store.key(Objects.requireNonNull(pipelines.status("fleeting").model()));
    assertThat(store.list(model)).anyMatch(key -> key.endsWith("manifest.json"));

    pipelines.kubectl("delete", "tp", "fleeting", "--timeout=55s");

    String run = NAMESPACE + "-fleeting";
    Patience.await(
        () -> store.list(model).stream().noneMatch(key -> key.endsWith("manifest.json")),
        () -> store.list("runs/" + run).toString());
    // Others of this class were made of the same text, and may find it again.
    assertThat(store.list("runs/%s/".formatted(run))).allMatch(key -> key.contains("/removal/"));
    tatara.temporal(CALL, "workflow", "terminate", "--workflow-id", run + "-removal");
    tatara.temporal(
        CALL,
        "workflow",
        "start",
        "--type",
        "RunRemoval",
        "--task-queue",
        "tatara-workflows",
        "--workflow-id",
        run + "-removal",
        "--input",
        "{\"run\": \"%s\", \"seconds\": 1}".formatted(run));
    Patience.await(() -> store.list(model).isEmpty(), () -> store.list(model).toString());
  }

  @Test
  void aPrometheusSeesWorkerOperatorAndEachRankOfARun() throws Exception {
    Prometheus prometheus = new Prometheus(cluster);
    String here = "{namespace=\"%s\"}".formatted(NAMESPACE);
    pipelines.apply(Pipelines.document("scraped", LONG));

    String steps = "tatara_training_step{run=\"%s-scraped\"} > 0".formatted(NAMESPACE);
    Patience.await(
        () -> prometheus.labels(steps, "rank").equals(List.of("0")),
        () -> prometheus.labels("up" + here, "pod").toString());

    assertThat(prometheus.labels(steps, "stage")).containsExactly("pretrain");
    assertThat(prometheus.labels(steps, "node")).containsExactly(cluster.value("NODE_NAME"));
    assertThat(prometheus.labels("up" + here + " == 1", "component"))
        .contains("worker", "operator", "trainer");
    assertThat(prometheus.labels("tatara_operator_leader" + here + " == 1", "pod")).hasSize(1);
    pipelines.kubectl("delete", "tp", "scraped", "--timeout=55s");
  }

  @Test
  void aSpecThatOnlyTheLoaderCanRefuseIsRefusedInTheCondition() throws Exception {
    ObjectNode document = Pipelines.document("unsound", 40);
    ((ObjectNode) document.at("/spec/mixture/0/weights")).put("fr", 0.5);

    pipelines.apply(document);

    Condition accepted =
        pipelines.await("unsound", "Accepted", refused -> !Pipelines.isTrue(refused), SOON);
    assertThat(accepted.getReason()).isEqualTo("Invalid");
    assertThat(accepted.getMessage()).contains("spec.mixture[0].weights.fr").contains("; ");
    assertThat(pipelines.kubectl("get", "tp", "unsound")).contains("Stalled");
    pipelines.kubectl("delete", "tp", "unsound", "--timeout=20s");
  }

  @Test
  void editsOfARunAreJudgedAndItsDeletionCancelsIt() throws Exception {
    ObjectNode document = Pipelines.document("edited", LONG);
    pipelines.apply(document);
    pipelines.await("edited", "Running", running -> running.getReason().equals("Training"));
    String run = runId("edited");
    // The run itself is told of its progress at most twice a minute.
    long step = stepAfter(stepAfter(0, CALL), SOON);
    assertThat(stepAfter(step, Duration.ofSeconds(15))).isLessThan(LONG);

    ObjectNode spec = (ObjectNode) document.path("spec");
    pipelines.apply(document.deepCopy().set("spec", spec.deepCopy().put("seed", 8)));
    Condition refused =
        pipelines.await("edited", "Accepted", each -> !Pipelines.isTrue(each), SOON);
    assertThat(refused.getReason()).isEqualTo("SpecChangeRefused");
    assertThat(refused.getMessage()).startsWith("spec.seed changed while the run is at work");

    spec.putObject("budget").put("rankHours", 5);
    pipelines.apply(document);
    pipelines.await("edited", "Accepted", Pipelines::isTrue, SOON);
    assertThat(query("edited").path("budget").path("rankHours").asDouble()).isEqualTo(5);

    assertThat(runId("edited")).as("the run goes on").isEqualTo(run);
    String diff = pipelines.kubectl("diff", "--server-side", "-f", written(document));
    assertThat(diff).as("the operator writes nothing into the spec").isEmpty();

    pipelines.kubectl("delete", "tp", "edited", "--timeout=55s");
    assertThat(pipelines.get("edited")).isNull();
    assertThat(describe("edited").path("workflowExecutionInfo").path("status").asText())
        .isEqualTo("WORKFLOW_EXECUTION_STATUS_CANCELED");
    assertThat(pipelines.pods(NAMESPACE + "-edited")).isEmpty();
  }

  @Test
  void anImageThatCannotBePulledIsToldInTheConditionAndByTataraStatus() throws Exception {
    setTrainer("tatara/nothing:1");
    try {
      pipelines.apply(Pipelines.document("no-image", 60));
      pipelines.await(
          "no-image", "Running", running -> !pipelines.pods(NAMESPACE + "-no-image").isEmpty());
      Condition running =
          pipelines.await("no-image", "Running", each -> each.getReason().equals("Troubled"), SOON);
      assertThat(running.getMessage()).contains("cannot get its image tatara/nothing:1");
      assertThat(tatara.status(NAMESPACE + "-no-image", folder.resolve("state")))
          .startsWith(NAMESPACE + "-no-image is going on")
          .containsPattern("pretrain +running .*cannot get its image tatara/nothing:1");
      assertThat(describe("no-image").path("pendingActivities").toString())
          .as("what Temporal's own pages show")
          .contains("cannot get its image tatara/nothing:1");
      pipelines.kubectl("delete", "tp", "no-image", "--timeout=55s");
    } finally {
      setTrainer("tatara/trainer:" + ClusterGround.VERSION);
    }
  }

  private static long stepAfter(long step, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Long now = pipelines.status("edited").step();
      if (now != null && now > step) {
        return now;
      }
      assertThat(System.nanoTime()).as("time until step %d is left", step).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
    }
  }

  private static void setTrainer(String image) throws Exception {
    pipelines.kubectl("set", "env", "deployment/tatara-worker", "TATARA_TRAINER_IMAGE=" + image);
    pipelines.kubectl("rollout", "status", "deployment/tatara-worker", "--timeout=170s");
  }

  private static String written(JsonNode document) throws IOException {
    return Files.writeString(folder.resolve("diff.json"), document.toString()).toString();
  }

  /** Begun, whatever the status says as yet. */
  private static void awaitWorkflow(String name) throws Exception {
    String id = NAMESPACE + "-" + name;
    long deadline = System.nanoTime() + CALL.toNanos();
    String query = "WorkflowId='%s' AND ExecutionStatus='Running'".formatted(id);
    while (!tatara.temporal(CALL, "workflow", "list", "--query", query).contains(id)) {
      assertThat(System.nanoTime()).as("time until the workflow %s", id).isLessThan(deadline);
    }
  }

  private static void killOperator() throws Exception {
    cluster.signal(tatara.process("operator"), "KILL");
  }

  private static void awaitOperator() throws Exception {
    pipelines.kubectl("rollout", "status", "deployment/tatara-operator", "--timeout=55s");
    pipelines.apply(Pipelines.document("w".repeat(60), 40));
    pipelines.await("w".repeat(60), "Accepted", each -> each.getReason().equals("NameTooLong"));
    pipelines.kubectl("delete", "tp", "w".repeat(60), "--timeout=20s");
  }

  private static String runId(String name) throws Exception {
    return Objects.requireNonNull(
        describe(name).at("/workflowExecutionInfo/execution/runId").textValue());
  }

  private static JsonNode describe(String name) throws Exception {
    return json("workflow", "describe", "--workflow-id", NAMESPACE + "-" + name);
  }

  private static JsonNode query(String name) throws Exception {
    JsonNode answer =
        json("workflow", "query", "--workflow-id", NAMESPACE + "-" + name, "--type", "status");
    return answer.at("/queryResult/0");
  }

  private static JsonNode json(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(words));
    command.addAll(List.of("--output", "json"));
    return new ObjectMapper().readTree(tatara.temporal(CALL, command.toArray(String[]::new)));
  }
}
