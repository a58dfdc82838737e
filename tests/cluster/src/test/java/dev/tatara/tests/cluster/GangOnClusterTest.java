package dev.tatara.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A gang of two ranks in pods, disturbed in every way that a cluster knows: each time it ends with
 * the bytes of the undisturbed one, and the ledger has the fault that was made and no other.
 */
@Tag("cluster")
@Timeout(600)
class GangOnClusterTest {
  private static final int STEPS = 800;
  private static final int MIDWAY = 100;

  private static ClusterGround ground;
  private static Cluster cluster;
  private static List<ManifestObject> undisturbed;

  @BeforeAll
  static void train() throws Exception {
    cluster = Cluster.up(List.of("kubernetes", "minio"), List.of("trainer"));
    ground = new ClusterGround(cluster, "gang-test");
    TrainTask task = ground.task("cluster-undisturbed", 2, STEPS);
    assertThat(ClusterGround.end(ground.launch(task))).isEmpty();
    undisturbed = ground.model(task);
    assertThat(ground.pods()).isEmpty();
  }

  @AfterAll
  static void clean() {
    ground.close();
  }

  @Test
  void aKilledProcessIsReplacedInsideItsPodInSeconds() throws Exception {
    TrainTask task = ground.task("cluster-killed", 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);
    List<String> uids = uids();
    String pod = ground.pod(1).getMetadata().getName();
    ProcessHandle survivor = ground.process(0);

    ground.process(1).destroyForcibly();
    ground.awaitStep(task, MIDWAY + 200);

    assertThat(uids()).isEqualTo(uids);
    assertThat(survivor.isAlive()).isTrue();
    LedgerEntry entry = onlyEntry(launcher);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(entry.rank()).isEqualTo(1);
    assertThat(entry.pod()).isEqualTo(pod);
    assertThat(entry.evidence()).startsWith("signal 9");
    assertThat(entry.secondsToRecover()).isPositive();
    assertThat(ground.logs(task))
        .singleElement(InstanceOfAssertFactories.STRING)
        .endsWith(entry.evidence().substring("signal 9: ".length()));
    assertSameModel(task);
  }

  @Test
  void aDeletedPodSavesFirstAndIsReplaced() throws Exception {
    TrainTask task = ground.task("cluster-deleted", 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);
    String other = ground.uid(0);
    String pod = ground.pod(1).getMetadata().getName();

    ground.client().pods().inNamespace(ground.namespace()).withName(pod).delete();
    ground.awaitStep(task, MIDWAY + 200);

    assertThat(ground.uid(0)).isEqualTo(other);
    LedgerEntry entry = onlyEntry(launcher);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.PREEMPTED);
    assertThat(entry.pod()).isEqualTo(pod);
    assertThat(entry.lostSteps()).as(entry.toString()).isZero();
    assertThat(entry.secondsToRecover()).isPositive();
    assertThat(ground.logs(task))
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("step=%d was asked to go; a checkpoint is saved".formatted(entry.lastStep()));
    assertSameModel(task);
  }

  @Test
  void aGangOnANodeThatIsDrainedSavesFirst() throws Exception {
    TrainTask task = ground.task("cluster-drained", 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);

    cluster.drain("tatara.dev/run=cluster-drained");

    List<LedgerEntry> ledger = ClusterGround.end(launcher);
    assertThat(ledger)
        .isNotEmpty()
        .allMatch(entry -> entry.failureClass() == FailureClass.PREEMPTED)
        .allMatch(entry -> entry.evidence().contains("EvictionByEvictionAPI"))
        .allMatch(entry -> entry.lostSteps() == 0);
    assertSameModel(task);
  }

  @Test
  void aLauncherThatGoesLeavesTheGangToTheNext() throws Exception {
    TrainTask task = ground.task("cluster-adopted", 2, STEPS);
    Future<List<LedgerEntry>> first = ground.launch(task);
    ground.awaitStep(task, MIDWAY);
    List<String> uids = uids();

    first.cancel(true);
    assertThatThrownBy(first::get).isInstanceOf(CancellationException.class);
    Future<List<LedgerEntry>> second = ground.launch(task);
    ground.awaitStep(task, MIDWAY + 200);

    assertThat(uids()).isEqualTo(uids);
    assertThat(ClusterGround.end(second)).isEmpty();
    assertSameModel(task);
  }

  @Test
  void twoLaunchersMakeOneGang() throws Exception {
    TrainTask task = ground.task("cluster-twice", 2, STEPS);
    Future<List<LedgerEntry>> first = ground.launch(task);
    ground.awaitStep(task, 1);
    Future<List<LedgerEntry>> second = ground.launch(task);
    ground.awaitStep(task, MIDWAY);

    assertThat(ground.pods()).hasSize(2);
    first.cancel(true);
    ClusterGround.end(second);
    assertSameModel(task);
  }

  @ParameterizedTest
  @ValueSource(strings = {"apiserver", "kubelet"})
  void aServerOfTheClusterThatIsAwayChangesNothingForThePods(String server) throws Exception {
    TrainTask task = ground.task("cluster-without-" + server, 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);

    cluster.kill(server);
    // Longer than the training takes: the launcher waits for the server to see its end.
    cluster.await(Duration.ofSeconds(60));
    cluster.start(server);

    // A pod that ended otherwise than well would be in the ledger.
    assertThat(ClusterGround.end(launcher)).isEmpty();
    assertSameModel(task);
  }

  @Test
  void aStoreThatIsAwayForAMinuteCostsNoPodAndNoStep() throws Exception {
    TrainTask task = ground.task("cluster-storeless", 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);
    List<ProcessHandle> processes = List.of(ground.process(0), ground.process(1));

    cluster.kill("minio");
    // Maybe longer than the training takes: its end waits for the store.
    cluster.await(Duration.ofSeconds(60));
    assertThat(processes).allMatch(ProcessHandle::isAlive);
    cluster.start("minio");

    assertThat(ClusterGround.end(launcher)).isEmpty();
    assertSameModel(task);
  }

  @Test
  void aStoppedProcessIsReplacedInsideItsPodByOrderOfTheLauncher() throws Exception {
    TrainTask task = ground.task("cluster-stopped", 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);
    List<String> uids = uids();

    cluster.signal(ground.process(1), "STOP");
    ground.awaitStep(task, MIDWAY + 200);

    assertThat(uids()).isEqualTo(uids);
    LedgerEntry entry = onlyEntry(launcher);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.HANG);
    assertThat(entry.rank()).isEqualTo(1);
    assertSameModel(task);
  }

  @Test
  void aRankThatRunsOutOfMemoryIsReplacedInsideItsPodAndSaysSo() throws Exception {
    TrainTask task = ground.task("cluster-memory", 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);
    List<String> uids = uids();

    ControlGroup.ofMemory(ground.process(1)).withoutRoomUntilOneIsKilled();
    ground.awaitStep(task, MIDWAY + 200);

    assertThat(uids()).isEqualTo(uids);
    LedgerEntry entry = onlyEntry(launcher);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(entry.rank()).isEqualTo(1);
    assertThat(entry.evidence()).contains("out of memory").contains("give the pods more memory");
    assertSameModel(task);
  }

  /** With its kubelet away and its processes dead, as far as the cluster can see. */
  @Test
  void aRankThatGoesWithItsNodeIsReplacedAndTheOtherOneGoesOn() throws Exception {
    TrainTask task = ground.task("cluster-node", 2, STEPS);
    Future<List<LedgerEntry>> launcher = ground.launch(task);
    ground.awaitStep(task, MIDWAY);
    String other = ground.uid(0);
    String lost = ground.pod(1).getMetadata().getName();

    cluster.kill("kubelet");
    // The first of a container takes all others with it.
    ground.process(1).parent().orElseThrow().destroyForcibly();
    ground.await(() -> ground.pods().stream().noneMatch(pod -> named(pod, lost)));
    cluster.start("kubelet");
    ground.awaitStep(task, MIDWAY + 200);

    assertThat(ground.uid(0)).isEqualTo(other);
    LedgerEntry entry = onlyEntry(launcher);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(entry.pod()).isEqualTo(lost);
    assertThat(entry.evidence()).contains("is not ready").contains("no sign of life");
    assertSameModel(task);
  }

  private static boolean named(Pod pod, String name) {
    return pod.getMetadata().getName().equals(name);
  }

  private static List<String> uids() {
    return List.of(ground.uid(0), ground.uid(1));
  }

  private static LedgerEntry onlyEntry(Future<List<LedgerEntry>> launcher) throws Exception {
    List<LedgerEntry> ledger = ClusterGround.end(launcher);
    assertThat(ledger).hasSize(1);
    LedgerEntry entry = ledger.get(0);
    System.out.printf(
        "%s, %s: %.1f s to recover%n",
        entry.failureClass().word(), entry.evidence(), entry.secondsToRecover());
    return entry;
  }

  private static void assertSameModel(TrainTask task) {
    assertThat(ground.model(task)).isEqualTo(undisturbed);
  }
}
