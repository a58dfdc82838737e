package dev.tatara.base.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.RestartOrder;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, real signals, a real object store; the program is a script of a few lines. */
@Timeout(120)
class SupervisorTest {
  private static final WorkKeys WORK = new WorkKeys("work/pretrain/f00/");

  @TempDir private Path folder;
  private EmbeddedObjectStore server;
  private StoreSettings settings;
  private ObjectStore store;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void start() {
    server = EmbeddedObjectStore.start(folder.resolve("s3"), 0, "test", "test-secret");
    settings =
        new StoreSettings(server.endpoint(), "us-east-1", "test", "test-secret", "tatara", "");
    store = ObjectStore.connect(settings);
  }

  @AfterEach
  void stop() {
    for (Process supervisor : started) {
      // First the supervisor, which would start another one.
      List<ProcessHandle> children = supervisor.descendants().toList();
      supervisor.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
    server.close();
  }

  @Test
  void aKilledProcessIsStartedAgainAndTheLauncherIsTold() throws Exception {
    store.write(
        WORK.progress(), Json.bytes(new TaskProgress(3, 17, 60, "steps", 9, "training", null, 10)));
    Process supervisor = supervise("echo begins; echo the key is test-secret; exec sleep 600");
    await(() -> starts() == 1);

    supervisor.children().forEach(ProcessHandle::destroyForcibly);
    await(() -> starts() == 2);
    await(() -> !store.list(WORK.incidents()).isEmpty());

    LedgerEntry entry = Json.read(store.read(WORK.incident("pod-x", 0)), LedgerEntry.class);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(entry.rank()).isEqualTo(1);
    assertThat(entry.stage()).isEqualTo(Stage.PRETRAIN);
    assertThat(entry.node()).isEqualTo("node-x");
    assertThat(entry.evidence()).isEqualTo("signal 9: the key is ***");
    assertThat(store.read(WORK.incidentLog("pod-pod-x-0")))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("begins\nthe key is ***");
    assertThat(entry.epoch()).isEqualTo(3);
    assertThat(entry.lastStep()).isEqualTo(17);
    assertThat(entry.secondsToRecover()).isNegative();
    assertThat(supervisor.isAlive()).isTrue();
  }

  @Test
  void whatOnlyTheUserCanMendEndsThePod() throws Exception {
    Process supervisor = supervise("exit 64");

    assertThat(end(supervisor)).isEqualTo(ExitCode.USER);
    assertThat(starts()).isEqualTo(1);
    assertThat(store.list(WORK.incidents())).isEmpty();
  }

  @Test
  void workThatIsDoneEndsThePod() throws Exception {
    assertThat(end(supervise("exit 0"))).isZero();
    assertThat(starts()).isEqualTo(1);
  }

  @Test
  void aRequestToGoIsHandedOnAndWaitedFor() throws Exception {
    Process supervisor =
        supervise("trap 'echo saved; exit 75' TERM; echo ready; while true; do sleep 0.1; done");
    await(() -> log().contains("ready"));

    supervisor.toHandle().destroy();

    assertThat(end(supervisor)).isEqualTo(ExitCode.PREEMPTED);
    assertThat(starts()).isEqualTo(1);
    assertThat(store.list(WORK.incidents())).isEmpty();
  }

  @Test
  void aProcessThatLeftWithItsPeersIsStartedAgainWithoutBlame() throws Exception {
    Process supervisor = supervise("[ $(wc -l < starts) = 1 ] && exit 75; exec sleep 600");
    await(() -> starts() == 2);

    assertThat(supervisor.isAlive()).isTrue();
    assertThat(store.list(WORK.incidents())).isEmpty();
  }

  @Test
  void anOrderFromTheLauncherReplacesAProcessThatIsStopped() throws Exception {
    store.write(WORK.restartOrder(1), Json.bytes(new RestartOrder("for an earlier pod")));
    Process supervisor = supervise("kill -STOP $$");
    await(() -> starts() == 1 && log().contains("listening for orders"));

    store.write(WORK.restartOrder(1), Json.bytes(new RestartOrder("now")));
    await(() -> starts() == 2);

    assertThat(supervisor.isAlive()).isTrue();
    assertThat(store.list(WORK.incidents())).isEmpty();
  }

  @Test
  void aProcessThatDiesAtOnceAgainAndAgainLeavesThePodToTheCluster() throws Exception {
    Process supervisor = supervise("echo no such device; exit 3");

    assertThat(end(supervisor)).isEqualTo(3);
    assertThat(starts()).isEqualTo(5);
    assertThat(store.list(WORK.incidents())).hasSize(4);
  }

  @Test
  void aProcessThatDiesAtWorkIsStartedAgainHoweverOften() throws Exception {
    Process supervisor =
        supervise(
            "[ $(wc -l < starts) = 7 ] && exec sleep 600; touch \"$TATARA_PROGRESS_FILE\"; exit 3");
    await(() -> starts() == 7);

    assertThat(supervisor.isAlive()).isTrue();
    await(() -> store.list(WORK.incidents()).size() == 6);
  }

  @Test
  void aProcessThatMissesSomethingOutsideIsTriedAgainInTheSamePodAndToldOfOnce() throws Exception {
    Process supervisor = supervise("[ $(wc -l < starts) = 6 ] && exec sleep 600; exit 70");
    await(() -> starts() == 6);

    assertThat(supervisor.isAlive()).isTrue();
    await(() -> !store.list(WORK.incidents()).isEmpty());
    assertThat(store.list(WORK.incidents())).hasSize(1);
  }

  @Test
  void aJavaProgramIsGivenItsHeap() {
    assertThat(Supervisor.commandLine(words("java", "-cp", "x", "Main"), heap("256")))
        .containsExactly("java", "-Xmx256m", "-cp", "x", "Main");
    assertThat(Supervisor.commandLine(words("python", "train.py"), heap("256")))
        .containsExactly("python", "train.py");
  }

  private static Map<String, String> heap(String megabytes) {
    return Map.of("TATARA_MAX_HEAP_MB", megabytes);
  }

  private static String[] words(String... words) {
    return words;
  }

  private Process supervise(String script) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Supervisor.class.getName(),
            "sh",
            "-c",
            "echo once >> starts; " + script);
    builder.environment().putAll(settings.toEnvironment());
    builder
        .environment()
        .putAll(
            Map.of(
                "TATARA_STAGE",
                "pretrain",
                "RANK",
                "1",
                "TATARA_POD",
                "pod-x",
                "TATARA_NODE",
                "node-x",
                "TATARA_WORK_PREFIX",
                WORK.prefix()));
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private long starts() {
    return lines("starts").size();
  }

  private String log() {
    return String.join("\n", lines("log"));
  }

  private List<String> lines(String file) {
    try {
      return Files.exists(folder.resolve(file))
          ? Files.readAllLines(folder.resolve(file))
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(log()).isTrue();
    return process.exitValue();
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(log()).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
