package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.activities.gang.GangFailedException;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens once may happen again: to the same rank, on the same node, for the same reason. */
@Tag("cluster")
@Timeout(600)
class RepeatedFailuresOnClusterTest {
  private static final int ENDLESS = 100_000;

  private static ClusterGround ground;
  private static Cluster cluster;

  @BeforeAll
  static void prepare() throws Exception {
    cluster = Cluster.up(List.of("kubernetes", "minio"), List.of("trainer"));
    ground = new ClusterGround(cluster, "repeated-test");
  }

  @AfterAll
  static void clean() {
    ground.close();
  }

  @Test
  void aRankWhosePodIsDeletedAgainAndAgainDoesNotWaitLongerEachTime() throws Exception {
    TrainTask task = ground.task("cluster-deleted-often", 2, 1600);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    for (int times = 1; times <= 4; times++) {
      ground.awaitStep(task, 300 * times);
      String pod = ground.pod(1).getMetadata().getName();
      ground.client().pods().inNamespace(ground.namespace()).withName(pod).delete();
    }

    List<LedgerEntry> ledger = ClusterGround.end(launcher);
    assertThat(ledger).hasSize(4);
    ledger.forEach(
        entry -> System.out.printf("deleted: %.1f s to recover%n", entry.secondsToRecover()));
    // The Job's delay alone would be 80 seconds at the fourth time.
    assertThat(ledger)
        .allMatch(entry -> entry.failureClass() == FailureClass.PREEMPTED)
        .allMatch(entry -> entry.secondsToRecover() > 0 && entry.secondsToRecover() < 60);
  }

  @Test
  void aGangThatIsShortOfMemoryIsGivenUpWithTheRemedy() {
    TrainTask task = ground.task("cluster-short", 2, ENDLESS);
    Future<List<LedgerEntry>> launcher =
        ground.launch(
            task,
            ground.settings(ClusterGround.placement(memory("250Mi"), List.of())),
            new ClusterGround.Silence());

    assertThatThrownBy(() -> ClusterGround.end(launcher))
        .hasRootCauseInstanceOf(GangFailedException.class)
        .rootCause()
        .hasMessageContaining("at the limit of its pod of 250 MiB")
        .hasMessageContaining("give the pods more memory");
    assertThat(ground.ledger(task))
        .isNotEmpty()
        .allMatch(entry -> entry.failureClass() == FailureClass.INFRASTRUCTURE);
  }

  @Test
  void aNodeThatFailedTwiceIsAvoidedForTheRun() throws Exception {
    TrainTask task = ground.task("cluster-elsewhere", 2, ENDLESS);
    Toleration pretended = new Toleration("NoSchedule", "tatara.test/fake", "Exists", null, null);
    Future<List<LedgerEntry>> launcher =
        ground.launch(
            task,
            ground.settings(ClusterGround.placement(memory("2Gi"), List.of(pretended))),
            new ClusterGround.Silence());
    ground.awaitStep(task, 100);
    String node = cluster.value("NODE_NAME");
    cluster.start("kwok");
    cluster.fakeNodes(1);
    try {
      killWhereItTrains(task, 200);
      killWhereItTrains(task, 300);

      ground.await(
          () ->
              ground.pods().size() == 2
                  && ground.pods().stream().allMatch(pod -> nodeOf(pod).startsWith("fake-")));
      assertThat(ground.ledger(task)).hasSize(2).allMatch(entry -> entry.node().equals(node));
      launcher.cancel(true);
    } finally {
      ground.deleteJobs();
      cluster.deleteFakeNodes();
      cluster.kill("kwok");
    }
  }

  private static void killWhereItTrains(TrainTask task, int step) {
    ground.awaitStep(task, step);
    ground.process(1).destroyForcibly();
  }

  private static String nodeOf(Pod pod) {
    String node = pod.getSpec().getNodeName();
    return node == null ? "" : node;
  }

  private static ResourceRequirements memory(String most) {
    return new ResourceRequirementsBuilder()
        .addToRequests("memory", new Quantity("200Mi"))
        .addToRequests("cpu", new Quantity("100m"))
        .addToLimits("memory", new Quantity(most))
        .build();
  }
}
