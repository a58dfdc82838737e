package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.activities.gang.Ledger;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.task.LedgerEntry;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A resource whose gang has as many pods as there are nodes, of which a tenth is lost at once.
 * Nodes and trainers are pretended by kwok; worker, operator, Temporal, API server, scheduler and
 * Job controller are the real ones. {@code -Dtatara.scale=100} for a quick look.
 */
@Tag("cluster")
@Timeout(1500)
class ScaleOnClusterTest {
  private static final int NODES = Integer.getInteger("tatara.scale", 1000);
  private static final String NAMESPACE = "scale-test";
  private static final String NAME = "wide";
  private static final String RUN = NAMESPACE + "-" + NAME;
  private static final int SEQUENCE = 64;

  @TempDir private static Path folder;
  private static Cluster cluster;
  private static Installation tatara;
  private static Pipelines pipelines;
  private static Ledger ledger;

  @BeforeAll
  static void pretendNodes() throws Exception {
    cluster = Cluster.up(List.of("kubernetes", "temporal", "minio"), List.of("worker", "operator"));
    pipelines = new Pipelines(cluster, cluster.client(), NAMESPACE, folder);
    cluster.define(Cluster.DEFINITION);
    tatara =
        Installation.make(
            cluster,
            NAMESPACE,
            "scale-%d/".formatted(System.currentTimeMillis()),
            List.of(
                "worker.resources.requests.cpu=500m",
                "pods.placement.tolerations[0].key=tatara.test/fake",
                "pods.placement.tolerations[0].operator=Exists",
                // All that a pretended node has, and the real one has none.
                "pods.placement.trainer.limits.nvidia\\.com/gpu=8"));
    ledger = new Ledger(ObjectStore.connect(tatara.store()));
    cluster.start("kwok");
    cluster.fakeNodes(NODES);
  }

  @AfterAll
  static void remove() throws Exception {
    pipelines.kubectl("delete", "tp", "--all", "--timeout=170s");
    tatara.close();
    cluster.deleteFakeNodes();
    cluster.kill("kwok");
  }

  @Test
  void aTenthOfTheNodesThatGoesDownCountsOnceAndIsReplaced() throws Exception {
    ObjectNode document = Pipelines.document(NAME, 1);
    ((ObjectNode) document.at("/spec/pretrain"))
        .put("workers", NODES)
        .put("sequenceLength", SEQUENCE)
        .put("microBatch", 1)
        .put("batchTokens", SEQUENCE * NODES)
        .put("tokens", 10L * SEQUENCE * NODES);
    pipelines.apply(document);
    await(() -> job().isPresent());
    tellOfProcesses("as the gang is made");
    long began = System.nanoTime();
    await(() -> job().filter(ScaleOnClusterTest::isWhole).isPresent());
    tell("%d pods run", NODES, began);
    tellOfProcesses("with the whole gang");

    Set<String> lost =
        running().stream()
            .limit(NODES / 10)
            .map(pod -> pod.getMetadata().getName())
            .collect(Collectors.toSet());
    String uid = job().orElseThrow().getMetadata().getUid();
    long lossBegan = System.nanoTime();
    cluster.endFakePods(NAMESPACE, lost, 137);
    tell("%d pods are told to end", lost.size(), lossBegan);
    await(() -> ledger().size() >= lost.size());
    tell("%d losses are in the ledger", lost.size(), lossBegan);
    await(
        () -> job().filter(job -> isWhole(job) && hasReplaced(job, uid, lost.size())).isPresent());
    tell("%d pods run again", NODES, lossBegan);
    tellOfProcesses("after the loss");

    assertThat(ledger().stream().map(LedgerEntry::pod).collect(Collectors.toSet())).isEqualTo(lost);
    assertThat(running())
        .hasSize(NODES)
        .noneMatch(pod -> lost.contains(pod.getMetadata().getName()));
    long deletionBegan = System.nanoTime();
    pipelines.kubectl("delete", "tp", NAME, "--timeout=170s");
    assertThat(running()).isEmpty();
    tell("the resource of %d pods is deleted", NODES, deletionBegan);
  }

  private static void await(BooleanSupplier condition) {
    Patience.await(condition, () -> pipelines.status(NAME).toString());
  }

  private static Optional<Job> job() {
    return tatara
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(NAMESPACE)
        .withLabel("tatara.dev/run", RUN)
        .list()
        .getItems()
        .stream()
        .filter(job -> job.getMetadata().getDeletionTimestamp() == null)
        .findFirst();
  }

  private static boolean isWhole(Job job) {
    return Integer.valueOf(NODES).equals(job.getStatus().getReady());
  }

  /** By itself, or by another Job in its place. */
  private static boolean hasReplaced(Job job, String earlier, int lost) {
    JobStatus status = job.getStatus();
    boolean byItself = status.getFailed() != null && status.getFailed() >= lost;
    return byItself || !job.getMetadata().getUid().equals(earlier);
  }

  private static List<Pod> running() {
    return pipelines.pods(RUN).stream()
        .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  private static List<LedgerEntry> ledger() {
    return ledger.entries(RUN);
  }

  private static void tell(String what, int count, long since) {
    System.out.printf(what + " after %.1f s%n", count, (System.nanoTime() - since) / 1e9);
  }

  private static void tellOfProcesses(String when) throws IOException {
    for (String component : List.of("worker", "operator")) {
      ProcessHandle process = tatara.process(component);
      Duration busy = process.info().totalCpuDuration().orElse(Duration.ZERO);
      System.out.printf(
          "%s %s: %d MiB resident, %.1f s of processor time%n",
          component, when, residentMebibytes(process), busy.toMillis() / 1e3);
    }
  }

  private static long residentMebibytes(ProcessHandle process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    String line =
        Files.readAllLines(status).stream()
            .filter(each -> each.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
  }
}
