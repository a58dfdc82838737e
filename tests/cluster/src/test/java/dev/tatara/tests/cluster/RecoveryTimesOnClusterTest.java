package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How long it takes until a gang makes steps again, over many faults of one kind in one training,
 * each at a rank of chance. {@code -Dtatara.recoveries=20} for the figures of the README.
 */
@Tag("cluster")
@Timeout(1500)
class RecoveryTimesOnClusterTest {
  private static final int FAULTS = Integer.getInteger("tatara.recoveries", 1);
  private static final int BETWEEN = 60;
  private static final int STEPS = (FAULTS + 1) * BETWEEN;

  private static ClusterGround ground;

  private final Random chance = new Random(11);

  @BeforeAll
  static void prepare() throws Exception {
    Cluster cluster = Cluster.up(List.of("kubernetes", "minio"), List.of("trainer"));
    ground = new ClusterGround(cluster, "recovery-times");
  }

  @AfterAll
  static void clean() {
    ground.close();
  }

  /** What is done to a rank. */
  private enum Fault {
    KILL_PROCESS("kill"),
    DELETE_POD("delete");

    private final String word;

    Fault(String word) {
      this.word = word;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyFaultIsInTheLedgerWithItsTime(Fault fault) throws Exception {
    TrainTask task = ground.task("times-" + fault.word, 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launchOnTheOnlyNode(task);
    for (int i = 1; i <= FAULTS; i++) {
      ground.awaitStep(task, i * BETWEEN);
      commit(fault, chance.nextInt(2));
    }

    List<LedgerEntry> ledger = ClusterGround.end(launcher);
    assertThat(ledger).hasSize(FAULTS).allMatch(entry -> entry.secondsToRecover() > 0);
    double[] seconds =
        ledger.stream().mapToDouble(LedgerEntry::secondsToRecover).sorted().toArray();
    System.out.printf(
        "%s, %d times: median %.1f s, 95th percentile %.1f s, most %.1f s%n",
        fault,
        FAULTS,
        seconds[FAULTS / 2],
        seconds[(int) Math.ceil(0.95 * FAULTS) - 1],
        seconds[FAULTS - 1]);
  }

  private static void commit(Fault fault, int rank) {
    switch (fault) {
      case KILL_PROCESS -> ground.process(rank).destroyForcibly();
      case DELETE_POD -> {
        Pod pod = ground.pod(rank);
        ground.client().resource(pod).delete();
      }
    }
  }
}
