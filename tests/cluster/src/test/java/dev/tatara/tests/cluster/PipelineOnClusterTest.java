package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.activities.gang.Ledger;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.tests.pipeline.TataraCommand;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole line on a real cluster: the chart installed by Helm, a run started by the temporal CLI,
 * the published model in MinIO.
 */
@Tag("cluster")
@Timeout(1500)
class PipelineOnClusterTest {
  private static final String RUN = "ci";
  private static final Duration WHOLE_RUN = Duration.ofMinutes(20);

  @TempDir private static Path folder;
  private static Cluster cluster;
  private static Installation tatara;

  @BeforeAll
  static void install() throws Exception {
    cluster =
        Cluster.up(
            List.of("kubernetes", "temporal", "minio"), List.of("trainer", "evaluator", "worker"));
    tatara =
        Installation.make(
            cluster, "pipeline-test", "run-%d/".formatted(System.currentTimeMillis()));
  }

  @AfterAll
  static void clean() {
    tatara.close();
  }

  @Test
  void aRunStartedByTheTemporalCliEndsWithAPublishedModelInTheStore() throws Exception {
    start("config/runs/ci.yaml", RUN);
    tatara.temporal(WHOLE_RUN, "workflow", "result", "--workflow-id", RUN);

    ObjectStore store = ObjectStore.connect(tatara.store());
    PipelineResult result =
        Json.read(store.read("runs/%s/result.json".formatted(RUN)), PipelineResult.class);
    assertThat(result.stages())
        .as("stages of %s", result)
        .noneMatch(stage -> stage.state() == StageOutcome.State.FAILED);
    assertThat(result.ledger()).isEmpty();
    ArtifactRef published = Objects.requireNonNull(result.model(), "the published model");
    assertThat(new Artifacts(store).manifest(published).objects())
        .extracting(object -> object.name())
        .contains("model.safetensors", "config.json", "tokenizer.json");
    assertNoGangIsLeft();
    assertNoSecretIsIn(
        tatara.temporal(
            Duration.ofMinutes(1), "workflow", "show", "--workflow-id", RUN, "--output", "json"));
  }

  @Test
  void aKilledWorkerAndATemporalThatIsAwayCostNoPodAndNoStep() throws Exception {
    String run = "ci-faults";
    String document = Files.readString(TataraCommand.home().resolve("config/runs/ci.yaml"));
    // Another seed, so that nothing can be reused.
    Path file = folder.resolve("ci-faults.yaml");
    Files.writeString(
        file, document.replace("name: ci\n", "name: " + run + "\n").replace("seed: 7", "seed: 8"));
    start(file.toString(), run);
    awaitPretrainingStep(20);
    Set<String> uids = pretrainingPods();
    assertThat(uids).hasSize(2);

    killWorker();
    cluster.kill("temporal");
    assertThat(pretrainingPods()).isEqualTo(uids);
    cluster.await(Duration.ofSeconds(20));
    cluster.start("temporal");
    tatara.temporal(WHOLE_RUN, "workflow", "result", "--workflow-id", run);

    PipelineResult result =
        Json.read(
            ObjectStore.connect(tatara.store()).read("runs/%s/result.json".formatted(run)),
            PipelineResult.class);
    assertThat(result.model()).isNotNull();
    List<LedgerEntry> ledger = new Ledger(ObjectStore.connect(tatara.store())).entries(run);
    assertThat(ledger).as(ledger.toString()).hasSize(1);
    assertThat(ledger.get(0).failureClass()).isEqualTo(FailureClass.ORCHESTRATOR);
    assertThat(ledger.get(0).lostSteps()).isZero();
    assertNoGangIsLeft();
  }

  private static void start(String document, String run) throws Exception {
    String input = folder.resolve(run + ".json").toString();
    Installation.tatara("validate", document, "--json", input);
    tatara.temporal(
        Duration.ofMinutes(1),
        "workflow",
        "start",
        "--type",
        "TrainingPipeline",
        "--task-queue",
        "tatara-workflows",
        "--workflow-id",
        run,
        "--input-file",
        input);
  }

  private static void awaitPretrainingStep(int step) {
    ObjectStore store = ObjectStore.connect(tatara.store());
    Patience.await(
        () ->
            !pretrainingPods().isEmpty()
                && store.list("work/pretrain/").stream()
                    .filter(key -> key.endsWith("progress.json"))
                    .map(key -> Json.read(store.read(key), TaskProgress.class))
                    .anyMatch(word -> word.phase().equals("training") && word.done() >= step),
        "step %d of pretraining".formatted(step));
  }

  private static Set<String> pretrainingPods() {
    return tatara
        .client()
        .pods()
        .inNamespace(tatara.namespace())
        .withLabel("tatara.dev/stage", "pretrain")
        .list()
        .getItems()
        .stream()
        .map(pod -> pod.getMetadata().getUid())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** SIGKILL to the process in the worker's pod. */
  private static void killWorker() {
    assertThat(
            ProcessHandle.allProcesses()
                .filter(
                    process ->
                        process.info().commandLine().orElse("").contains("dev.tatara.worker.Main"))
                .filter(ProcessHandle::destroyForcibly))
        .hasSize(1);
  }

  private static void assertNoGangIsLeft() {
    assertThat(
            tatara.client().batch().v1().jobs().inNamespace(tatara.namespace()).list().getItems())
        .isEmpty();
    assertThat(tatara.client().pods().inNamespace(tatara.namespace()).list().getItems())
        .extracting((Pod pod) -> pod.getMetadata().getLabels().get("app.kubernetes.io/component"))
        .containsOnly("worker");
  }

  private static void assertNoSecretIsIn(String history) {
    assertThat(history).contains("WORKFLOW_EXECUTION_COMPLETED");
    cluster.secrets().values().forEach(secret -> assertThat(history).doesNotContain(secret));
  }
}
