package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import dev.tatara.k8s.cluster.Placement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A gang of as many pods as there are nodes, of which a tenth is lost at once. Nodes and pods are
 * pretended by kwok; launcher, API server, scheduler and Job controller are the real ones. {@code
 * -Dtatara.scale=1000} for the figures of the README.
 */
@Tag("cluster")
@Timeout(1500)
class ScaleOnClusterTest {
  private static final int NODES = Integer.getInteger("tatara.scale", 60);

  private static ClusterGround ground;
  private static Cluster cluster;

  @BeforeAll
  static void pretendNodes() throws Exception {
    cluster = Cluster.up(List.of("kubernetes", "minio"), List.of());
    ground = new ClusterGround(cluster, "scale-test");
    cluster.start("kwok");
    cluster.fakeNodes(NODES);
  }

  @AfterAll
  static void remove() throws Exception {
    ground.deleteJobs();
    ground.close();
    ground.awaitGone();
    cluster.deleteFakeNodes();
    cluster.kill("kwok");
  }

  @Test
  void aTenthOfTheNodesThatGoesDownCountsOnceAndIsReplaced() throws Exception {
    TrainTask task = ground.task("scale", NODES, 100);
    long memory = memory();
    long began = System.nanoTime();
    Future<List<LedgerEntry>> launcher =
        ground.launch(task, ground.settings(oneToANode()), new ClusterGround.Silence());
    await(launcher, () -> running().size() == NODES);
    tell("%d pods run", NODES, began);

    List<Pod> lost = running().subList(0, NODES / 10);
    Set<String> names = names(lost);
    long lossBegan = System.nanoTime();
    cluster.endFakePods(ground.namespace(), names, 137);
    await(launcher, () -> ground.ledger(task).size() >= lost.size());
    tell("%d losses are in the ledger", lost.size(), lossBegan);
    await(
        launcher,
        () -> running().size() == NODES && names(running()).stream().noneMatch(names::contains));
    tell("%d pods run again", NODES, lossBegan);
    System.out.printf("the launcher holds %d MB more%n", (memory() - memory) >> 20);

    assertThat(ground.ledger(task).stream().map(LedgerEntry::pod).collect(Collectors.toSet()))
        .isEqualTo(names);
    launcher.cancel(true);
  }

  private static void await(Future<?> launcher, BooleanSupplier condition) {
    ground.await(
        () -> {
          assertThat(launcher.isDone()).as("the launcher has given up").isFalse();
          return condition.getAsBoolean();
        });
  }

  private static List<Pod> running() {
    return ground.pods().stream()
        .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  private static Set<String> names(List<Pod> pods) {
    return pods.stream().map(pod -> pod.getMetadata().getName()).collect(Collectors.toSet());
  }

  private static void tell(String what, int count, long since) {
    System.out.printf(what + " after %.1f s%n", count, (System.nanoTime() - since) / 1e9);
  }

  private static long memory() {
    Runtime.getRuntime().gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** One pod to a node. */
  private static Placement oneToANode() {
    return new Placement(
        Map.of("tatara.test/fake", "true"),
        List.of(new Toleration("NoSchedule", "tatara.test/fake", "Exists", null, null)),
        null,
        new ResourceRequirementsBuilder()
            .addToRequests("memory", new Quantity("400Gi"))
            .addToLimits("nvidia.com/gpu", new Quantity("8"))
            .build(),
        Placement.anywhere().evaluator(),
        null,
        null,
        null,
        null,
        false);
  }
}
