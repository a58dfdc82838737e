package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.activities.gang.Ledger;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.tests.pipeline.TataraCommand;
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
  private static final List<Stage> TRAINING = List.of(Stage.PRETRAIN, Stage.SFT, Stage.DPO);
  private static final List<String> SERVERS = List.of("temporal", "minio", "apiserver", "kubelet");
  private static final Duration WHOLE_RUN = Duration.ofMinutes(20);

  @TempDir private static Path folder;
  private static Cluster cluster;
  private static Installation tatara;
  private static PipelineResult undisturbed;

  @BeforeAll
  static void install() throws Exception {
    cluster =
        Cluster.up(
            List.of("kubernetes", "temporal", "minio"), List.of("trainer", "evaluator", "worker"));
    tatara =
        Installation.make(
            cluster, "pipeline-test", "run-%d/".formatted(System.currentTimeMillis()));
    start("config/runs/ci.yaml", RUN);
    undisturbed = result(RUN);
  }

  @AfterAll
  static void clean() {
    tatara.close();
  }

  @Test
  void aRunStartedByTheTemporalCliEndsWithAPublishedModelInTheStore() throws Exception {
    assertThat(undisturbed.stages())
        .as("stages of %s", undisturbed)
        .noneMatch(stage -> stage.state() == StageOutcome.State.FAILED);
    assertThat(undisturbed.ledger()).isEmpty();
    ArtifactRef published = Objects.requireNonNull(undisturbed.model(), "the published model");
    ObjectStore store = ObjectStore.connect(tatara.store());
    assertThat(new Artifacts(store).manifest(published).objects())
        .extracting(object -> object.name())
        .contains("model.safetensors", "config.json", "tokenizer.json");
    assertNoGangIsLeft();
    assertNoSecretIsIn(
        tatara.temporal(
            Duration.ofMinutes(1), "workflow", "show", "--workflow-id", RUN, "--output", "json"));
  }

  @Test
  void aKilledWorkerAndAMinuteWithoutAnyServerCostNoPodAndNoStep() throws Exception {
    String run = "ci-faults";
    String document = Files.readString(TataraCommand.home().resolve("config/runs/ci.yaml"));
    Path file = folder.resolve("ci-faults.yaml");
    Files.writeString(file, document.replace("name: ci\n", "name: " + run + "\n"));
    forgetWhatWasTrained();
    start(file.toString(), run);
    awaitPretrainingStep(20);
    Set<String> uids = pretrainingPods();
    assertThat(uids).hasSize(2);

    assertThat(tatara.process("worker").destroyForcibly()).isTrue();
    assertThat(pretrainingPods()).isEqualTo(uids);
    for (String server : SERVERS) {
      cluster.kill(server);
    }
    cluster.await(Duration.ofSeconds(60));
    for (String server : SERVERS) {
      cluster.start(server);
    }
    PipelineResult result = result(run);

    assertThat(result.stages())
        .filteredOn(stage -> TRAINING.contains(stage.stage()))
        .allMatch(stage -> stage.state() == StageOutcome.State.DONE)
        .extracting(StageOutcome::artifact)
        .isEqualTo(trained(undisturbed));
    assertThat(weights(result)).isEqualTo(weights(undisturbed));
    List<LedgerEntry> ledger = new Ledger(ObjectStore.connect(tatara.store())).entries(run);
    assertThat(ledger).as(ledger.toString()).hasSize(1);
    assertThat(ledger.get(0).failureClass()).isEqualTo(FailureClass.ORCHESTRATOR);
    assertThat(ledger.get(0).lostSteps()).isZero();
    assertNoGangIsLeft();
  }

  private static List<ArtifactRef> trained(PipelineResult result) {
    return result.stages().stream()
        .filter(stage -> TRAINING.contains(stage.stage()))
        .map(stage -> Objects.requireNonNull(stage.artifact()))
        .toList();
  }

  /** With its digest. */
  private static ManifestObject weights(PipelineResult result) {
    return new Artifacts(ObjectStore.connect(tatara.store()))
        .manifest(Objects.requireNonNull(result.model())).objects().stream()
            .filter(object -> object.name().equals("model.safetensors"))
            .findFirst()
            .orElseThrow();
  }

  /** So that training is done again, on the same data. */
  private static void forgetWhatWasTrained() {
    ObjectStore store = ObjectStore.connect(tatara.store());
    for (Stage stage : TRAINING) {
      store.deleteAll("artifacts/%s/".formatted(stage.word()));
      store.deleteAll("work/%s/".formatted(stage.word()));
    }
  }

  private static PipelineResult result(String run) throws Exception {
    tatara.temporal(WHOLE_RUN, "workflow", "result", "--workflow-id", run);
    return Json.read(
        ObjectStore.connect(tatara.store()).read("runs/%s/result.json".formatted(run)),
        PipelineResult.class);
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
        () -> "step %d of pretraining was not made".formatted(step));
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

  private static void assertNoGangIsLeft() {
    assertThat(
            tatara.client().batch().v1().jobs().inNamespace(tatara.namespace()).list().getItems())
        .isEmpty();
    // A Job may be gone some moments before its pods, where the cluster has much to clear away.
    Patience.await(() -> components().equals(Set.of("worker")), () -> components().toString());
  }

  private static Set<String> components() {
    return tatara.client().pods().inNamespace(tatara.namespace()).list().getItems().stream()
        .map(pod -> pod.getMetadata().getLabels().get("app.kubernetes.io/component"))
        .collect(Collectors.toSet());
  }

  private static void assertNoSecretIsIn(String history) {
    assertThat(history).contains("WORKFLOW_EXECUTION_COMPLETED");
    cluster.secrets().values().forEach(secret -> assertThat(history).doesNotContain(secret));
  }
}
