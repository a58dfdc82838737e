package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.LocalPods;
import dev.tatara.k8s.Program;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real child processes and a real object store; only the training itself is make-believe. */
@Timeout(240)
class GangRunTest {
  private static final String WORK = "work/pretrain/f00/";
  private static final int STEPS = 12;
  private static final GangPolicy PATIENT =
      new GangPolicy(
          Duration.ofMillis(50),
          Duration.ofMillis(20),
          Duration.ofMinutes(2),
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(20),
          new FailureBudgets(3, 3, 2));

  @TempDir private Path folder;
  private EmbeddedObjectStore server;
  private StoreSettings settings;
  private ObjectStore store;
  private final Told told = new Told();

  @BeforeEach
  void start() {
    server = EmbeddedObjectStore.start(folder.resolve("s3"), 0, "test", "test-secret");
    settings =
        new StoreSettings(server.endpoint(), "us-east-1", "test", "test-secret", "tatara", "");
    store = ObjectStore.connect(settings);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void runsAGangToItsEnd() throws Exception {
    told.onFirstStepAfter(1, () -> assertThat(ranks().count()).isEqualTo(2));

    assertThat(run(task(0, 0, 0, ""), PATIENT)).isEmpty();

    assertThat(checkpoint()).isEqualTo(STEPS);
    assertNothingIsLeft();
  }

  @Test
  void formsTheGangAnewWhenARankIsKilled() throws Exception {
    told.onFirstStepAfter(5, () -> kill("rank 1/2", "--rank 1/2"));

    List<LedgerEntry> ledger = run(task(0, 0, 0, ""), PATIENT);

    assertThat(ledger).hasSize(1);
    LedgerEntry entry = ledger.get(0);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(entry.rank()).isEqualTo(1);
    assertThat(entry.evidence()).startsWith("signal 9");
    assertThat(entry.epoch()).isEqualTo(1);
    assertThat(entry.resumedStep()).isGreaterThanOrEqualTo(5);
    assertThat(entry.secondsToRecover()).isBetween(0.0, 120.0);
    assertThat(new Ledger(store).entries("quick")).containsExactly(entry);
    assertThat(told.failures).extracting(LedgerEntry::secondsToRecover).hasSize(2);
    assertThat(checkpoint()).isEqualTo(STEPS);
    assertNothingIsLeft();
  }

  @Test
  void countsWorkAsRecoveredThatHadNoStepLeftToMake() throws Exception {
    store.write(WORK + "checkpoint", Integer.toString(STEPS).getBytes(StandardCharsets.UTF_8));

    List<LedgerEntry> ledger = run(task(1, STEPS, 1, "exit 70"), PATIENT);

    assertThat(ledger).hasSize(1);
    assertThat(ledger.get(0).resumedStep()).isEqualTo(STEPS);
    assertThat(ledger.get(0).secondsToRecover()).isNotNegative();
  }

  @Test
  void leavesAHealthyGangAloneWhileTheStoreIsAway() throws Exception {
    // The ranks wait at step 4 without the store; the launcher looks for news all the time.
    told.onFirstStepAfter(4, server::close);
    told.afterLooks(
        10,
        () -> {
          assertThat(ranks().filter(ProcessHandle::isAlive)).hasSize(2);
          server =
              EmbeddedObjectStore.start(
                  folder.resolve("s3"),
                  URI.create(settings.endpoint()).getPort(),
                  "test",
                  "test-secret");
          throw new CancelledException();
        });

    assertThatThrownBy(() -> run(task(0, 4, 99, "hang"), PATIENT))
        .isInstanceOf(CancelledException.class);

    assertThat(store.read(WORK + "epoch")).isEqualTo("1".getBytes(StandardCharsets.UTF_8));
    assertThat(new Ledger(store).entries("quick")).isEmpty();
  }

  @Test
  void failsAtOnceWithTheSentenceOfARankThatNeedsTheUser() throws Exception {
    assertThatThrownBy(() -> run(task(1, 3, 99, "exit 64"), PATIENT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("sft.data is empty; name a file with chats");

    assertThat(new Ledger(store).entries("quick"))
        .extracting(LedgerEntry::failureClass)
        .containsExactly(FailureClass.USER);
    assertNothingIsLeft();
  }

  @Test
  void givesUpWithEvidenceWhenNoEpochComesFurther() throws Exception {
    assertThatThrownBy(() -> run(task(0, 4, 99, "exit 70"), PATIENT))
        .isInstanceOf(GangFailedException.class)
        .hasMessageContaining("3 times in a row")
        .hasMessageContaining("exit code 70");

    // The first epoch came to step 4, and three more no further.
    assertThat(new Ledger(store).entries("quick")).hasSize(4);
    assertNothingIsLeft();
  }

  @Test
  void neverCountsPreemptionsAsFruitless() throws Exception {
    List<LedgerEntry> ledger = run(task(0, 4, 6, "exit 75"), PATIENT);

    assertThat(ledger)
        .hasSize(6)
        .extracting(LedgerEntry::failureClass)
        .containsOnly(FailureClass.PREEMPTED);
    assertThat(checkpoint()).isEqualTo(STEPS);
  }

  @Test
  void savesStacksOfAGangThatHangsAndGoesOn() throws Exception {
    GangPolicy quick =
        new GangPolicy(
            Duration.ofMillis(50),
            Duration.ofMillis(20),
            Duration.ofMinutes(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            Duration.ofSeconds(20),
            new FailureBudgets(3, 3, 2));

    List<LedgerEntry> ledger = run(task(1, 4, 1, "hang"), quick);

    assertThat(ledger).extracting(LedgerEntry::failureClass).containsExactly(FailureClass.HANG);
    assertThat(ledger.get(0).rank()).isEqualTo(1);
    assertThat(ledger.get(0).evidence())
        .startsWith("no step for")
        .contains("rank 1 was training at step 3 of epoch 1");
    assertThat(ledger.get(0).secondsToRecover()).isGreaterThan(5);
    assertThat(log("pretrain-epoch1-rank0.log")).contains("Full thread dump");
    assertThat(log("pretrain-epoch1-rank1.log")).contains("Full thread dump", "TinyTrainer.fail");
    assertThat(checkpoint()).isEqualTo(STEPS);
    assertNothingIsLeft();
  }

  @Test
  void tellsOnceWhatTheRanksSurvivedByThemselves() throws Exception {
    LedgerEntry survived =
        new LedgerEntry(
            "2026-01-01T00:00:00Z",
            Stage.PRETRAIN,
            0,
            "rank-0",
            "somewhere",
            FailureClass.DIVERGENCE,
            "loss 99 at step 3 of a usual 2",
            1,
            3,
            2,
            0.5);
    store.write(new WorkKeys(WORK).incident(1, 0), Json.bytes(survived));

    LedgerEntry entry = run(task(0, 0, 0, ""), PATIENT).get(0);

    assertThat(entry).isEqualTo(survived.on("quick-pretrain-0", entry.node()));
    assertThat(told.failures).containsExactly(entry);
    assertThat(new Ledger(store).entries("quick")).containsExactly(entry);
  }

  @Test
  void namesEveryRankThatWasKilled() throws Exception {
    told.onFirstStepAfter(5, () -> ranks().forEach(ProcessHandle::destroyForcibly));

    List<LedgerEntry> ledger = run(task(0, 0, 0, ""), PATIENT);

    assertThat(ledger).extracting(LedgerEntry::rank).containsExactlyInAnyOrder(0, 1);
    assertThat(ledger).allMatch(entry -> entry.secondsToRecover() > 0);
    assertThat(checkpoint()).isEqualTo(STEPS);
  }

  @Test
  void letsTheRanksSaveWhenTheWorkIsCancelled() throws Exception {
    told.onFirstStepAfter(
        4,
        () -> {
          throw new CancelledException();
        });

    assertThatThrownBy(() -> run(task(0, 6, 99, "hang"), PATIENT))
        .isInstanceOf(CancelledException.class);

    assertThat(store.readIfPresent(WORK + "saved")).isPresent();
    // To go on later is no failure: the launcher had ended the gang itself.
    run(task(0, 0, 0, ""), PATIENT);
    assertThat(new Ledger(store).entries("quick")).isEmpty();
    assertNothingIsLeft();
  }

  @Test
  void tellsTheLedgerOfALauncherThatWasCutOff() throws Exception {
    store.write(WORK + "epoch", "1".getBytes(StandardCharsets.UTF_8));

    List<LedgerEntry> ledger = run(task(0, 0, 0, ""), PATIENT);

    assertThat(ledger)
        .extracting(LedgerEntry::failureClass, LedgerEntry::epoch)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(FailureClass.ORCHESTRATOR, 1));
    assertThat(store.read(WORK + "epoch")).isEqualTo("2".getBytes(StandardCharsets.UTF_8));
  }

  private List<LedgerEntry> run(GangTask task, GangPolicy policy) throws Exception {
    Path classPath = shortClassPath();
    LocalPods pods =
        new LocalPods(
            folder.resolve("state"),
            image ->
                new Program(
                    List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                    classPath.toString(),
                    TinyTrainer.class.getName()));
    return new GangRun(pods, store, settings, policy, Clock.systemUTC()).toEnd(task, told);
  }

  /**
   * A jar that only names the class path: the kernel shows the first 4 KiB of a command line, and
   * the tests look there for the rank.
   */
  private Path shortClassPath() throws IOException {
    StringBuilder urls = new StringBuilder();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.append(Path.of(entry).toUri()).append(' ');
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, urls.toString());
    Path jar = folder.resolve("path.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.finish();
    }
    return jar;
  }

  private static GangTask task(int rank, int atStep, int untilEpoch, String failure) {
    return new GangTask(
        "quick",
        Stage.PRETRAIN,
        "pretrain",
        Gang.Image.TRAINER,
        "train",
        Json.text(new TinyTrainer.Task(WORK, STEPS, rank, atStep, untilEpoch, failure)),
        2,
        1,
        128,
        WORK,
        0);
  }

  private static void kill(String what, String mark) {
    ProcessHandle victim =
        ranks()
            .filter(process -> process.info().commandLine().orElse("").contains(mark))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no process for " + what));
    victim.destroyForcibly();
  }

  /** Children of this test only: others may run on the same machine. */
  private static Stream<ProcessHandle> ranks() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().commandLine().orElse("").contains("TinyTrainer"));
  }

  private static void assertNothingIsLeft() {
    assertThat(ranks().filter(ProcessHandle::isAlive)).isEmpty();
  }

  private int checkpoint() {
    return Integer.parseInt(new String(store.read(WORK + "checkpoint"), StandardCharsets.UTF_8));
  }

  private String log(String name) throws IOException {
    return Files.readString(folder.resolve("state/logs/quick").resolve(name));
  }

  /** Remembers what it is told, and may act at a step. */
  private static final class Told implements GangListener {
    private final List<LedgerEntry> failures = new CopyOnWriteArrayList<>();
    private int atStep = Integer.MAX_VALUE;
    private Runnable action = () -> {};
    private boolean acted;
    private int laterLooks;
    private Runnable later = () -> {};

    void onFirstStepAfter(int step, Runnable act) {
      atStep = step;
      action = act;
    }

    /** Counted from the first action. */
    void afterLooks(int looks, Runnable act) {
      laterLooks = looks;
      later = act;
    }

    @Override
    public void looked(@Nullable TaskProgress progress) {
      if (acted && laterLooks > 0 && --laterLooks == 0) {
        later.run();
      }
      if (progress != null && progress.done() >= atStep) {
        atStep = Integer.MAX_VALUE;
        acted = true;
        action.run();
      }
    }

    @Override
    public void failed(LedgerEntry entry) {
      failures.add(entry);
    }
  }

  /** As a heartbeat throws when the run was cancelled. */
  private static final class CancelledException extends RuntimeException {}
}
