package dev.tatara.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.Stage;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LocalPodsTest {
  private static final Duration GRACE = Duration.ofSeconds(20);

  @TempDir private Path state;
  private final List<RunningGang> started = new ArrayList<>();

  @AfterEach
  void stop() {
    started.forEach(gang -> gang.terminate(Duration.ZERO));
  }

  @Test
  void tellsEachRankItsPlaceAndReportsItsExitCode() throws Exception {
    RunningGang gang = start("exit by rank", 2);
    awaitEnd(gang);

    assertThat(gang.status()).extracting(PodStatus::exitCode).containsExactly(64, 65);
    assertThat(gang.status())
        .extracting(PodStatus::pod)
        .containsExactly("quick-pretrain-0", "quick-pretrain-1");
    assertThat(log(1))
        .contains("arguments train --run quick --stage pretrain --rank 1/2")
        .contains("RANK=1", "WORLD_SIZE=2", "TATARA_EPOCH=1");
    assertThat(port(0)).isEqualTo(port(1)).matches("MASTER_PORT=\\d+");
  }

  @Test
  void reportsASignalAs128AndItsNumber() throws Exception {
    LocalGang gang = (LocalGang) start("wait", 2);
    awaitReady(gang, 2);

    ProcessHandle.of(gang.pids().get(1)).orElseThrow().destroyForcibly();
    gang.awaitChange(GRACE);

    assertThat(gang.status().get(1).exitCode()).isEqualTo(137);
    assertThat(gang.status().get(0).running()).isTrue();
  }

  @Test
  void replacesOneRankAndLeavesTheOthersAlone() throws Exception {
    LocalGang gang = (LocalGang) start("wait", 2);
    awaitReady(gang, 2);
    List<Long> before = gang.pids();

    gang.kill(1);
    assertThat(gang.status().get(1).exitCode()).isEqualTo(137);
    gang.restart(1, 2);

    assertThat(gang.status()).allMatch(PodStatus::running);
    assertThat(gang.pids().get(0)).isEqualTo(before.get(0));
    assertThat(gang.pids().get(1)).isNotEqualTo(before.get(1));
    Path log = state.resolve("logs/quick/pretrain-epoch2-rank1.log");
    while (!Files.readString(log).contains("ready")) {
      gang.awaitChange(Duration.ofMillis(20));
    }
    assertThat(Files.readString(log)).contains("RANK=1", "TATARA_EPOCH=2");
  }

  @Test
  void replacesNobodyWhoStillRuns() {
    RunningGang gang = start("wait", 2);

    assertThatThrownBy(() -> gang.restart(0, 2)).hasMessageContaining("rank 0 still runs");
  }

  @Test
  void givesProcessesTheTimeToSave() throws Exception {
    RunningGang gang = start("save on request", 2);
    awaitReady(gang, 2);

    gang.terminate(GRACE);

    assertThat(gang.status()).extracting(PodStatus::exitCode).containsOnly(75);
  }

  @Test
  void killsThoseThatDoNotGo() throws Exception {
    RunningGang gang = start("never go", 2);
    awaitReady(gang, 2);

    gang.terminate(Duration.ofMillis(300));

    assertThat(gang.status()).extracting(PodStatus::exitCode).containsOnly(137);
  }

  @Test
  void leavesNothingBehindWhenTheCallerIsInterrupted() throws Exception {
    RunningGang gang = start("save on request", 1);
    awaitReady(gang, 1);

    Thread.currentThread().interrupt();
    gang.terminate(GRACE);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(gang.status()).extracting(PodStatus::exitCode).containsExactly(75);
  }

  @Test
  void endsWithItsParentHoweverTheParentEnds() throws Exception {
    Process parent =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                TinyLauncher.class.getName(),
                state.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<ProcessHandle> children = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      while (line != null && !line.startsWith("[")) {
        line = out.readLine();
      }
      assertThat(line).isNotNull();
      for (String pid : String.valueOf(line).replaceAll("[\\[\\] ]", "").split(",")) {
        children.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
      }
    }
    assertThat(children).hasSize(2).allMatch(ProcessHandle::isAlive);

    parent.destroyForcibly();

    for (ProcessHandle child : children) {
      child.onExit().get(30, TimeUnit.SECONDS);
      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void adoptsTheGangOfTheSameEpoch() throws Exception {
    LocalPods pods = pods(state);
    RunningGang first = pods.createOrAdopt(gang("wait", 1));
    started.add(first);

    assertThat(pods.createOrAdopt(gang("wait", 1))).isSameAs(first);
  }

  @Test
  void writesStacksIntoTheLog() throws Exception {
    RunningGang gang = start("wait", 1);
    awaitReady(gang, 1);

    gang.saveStacks();

    while (!log(0).contains("Full thread dump")) {
      gang.awaitChange(Duration.ofMillis(20));
    }
    assertThat(gang.status().get(0).running()).isTrue();
  }

  @Test
  void keepsSecretsOutOfTheLastLine() throws Exception {
    RunningGang gang = start("tell a secret", 1);
    awaitEnd(gang);

    assertThat(gang.status().get(0).lastLine()).isEqualTo("key is ***");
    assertThat(gang.status().get(0).log()).endsWith("key is ***").doesNotContain("s3cr3t");
  }

  @Test
  void saysWhatToDoWhenAProgramIsNotBuilt() {
    LocalPods pods = new LocalPods(state, image -> Program.installed(state, image));

    assertThatThrownBy(() -> pods.createOrAdopt(gang("wait", 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("the trainer is not built")
        .hasMessageContaining("./tatara");
  }

  static LocalPods pods(Path state) {
    return new LocalPods(
        state,
        image ->
            new Program(
                List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"),
                System.getProperty("java.class.path"),
                TinyRank.class.getName()));
  }

  static Gang gang(String task, int worldSize) {
    return new Gang(
        "quick",
        Stage.PRETRAIN,
        "pretrain",
        Gang.Image.TRAINER,
        "train",
        task,
        "work/pretrain/f00/",
        worldSize,
        1,
        1,
        64,
        new TreeMap<>(Map.of("AWS_SECRET_ACCESS_KEY", "s3cr3t-value")),
        Collections.emptySortedSet(),
        Duration.ofMinutes(2));
  }

  private RunningGang start(String task, int worldSize) {
    RunningGang gang = pods(state).createOrAdopt(gang(task, worldSize));
    started.add(gang);
    return gang;
  }

  private void awaitReady(RunningGang gang, int worldSize) throws Exception {
    for (int rank = 0; rank < worldSize; rank++) {
      while (!log(rank).contains("ready")) {
        gang.awaitChange(Duration.ofMillis(20));
      }
    }
  }

  private static void awaitEnd(RunningGang gang) throws InterruptedException {
    while (gang.status().stream().anyMatch(PodStatus::running)) {
      gang.awaitChange(GRACE);
    }
  }

  private String port(int rank) throws Exception {
    return Arrays.stream(log(rank).split("\n"))
        .filter(line -> line.startsWith("MASTER_PORT"))
        .findFirst()
        .orElseThrow();
  }

  private String log(int rank) throws Exception {
    return Files.readString(state.resolve("logs/quick/pretrain-epoch1-rank%d.log".formatted(rank)));
  }
}
