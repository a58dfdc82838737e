package dev.tatara.tests.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.tests.pipeline.RunState;
import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The ranks of a command's pretraining, to be watched and disturbed. */
record Pretraining(TataraCommand command, RunState run) {
  static final String TRAINER = "dev.tatara.trainer.Main train";
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** Waits until so many steps are made, and returns while there are more to make. */
  void awaitStep(int step) throws Exception {
    await(at -> at.done() >= step && at.done() < at.total());
  }

  /** Waits until a later epoch than the one of this moment has made a step of its own. */
  void awaitRecovery() throws Exception {
    int epoch = run.progress(Stage.PRETRAIN).map(TaskProgress::epoch).orElseThrow();
    await(at -> at.epoch() > epoch && at.done() > at.restoredStep());
  }

  private void await(Predicate<TaskProgress> condition) throws Exception {
    await(() -> run.progress(Stage.PRETRAIN).filter(condition).isPresent());
  }

  /** Waits for what can only be looked at, as long as the command lives. */
  void await(BooleanSupplier condition) throws Exception {
    Instant deadline = Instant.now().plus(LIMIT);
    while (!condition.getAsBoolean()) {
      assertThat(command.isAlive()).as(command.output()).isTrue();
      assertThat(Instant.now()).as(command.output()).isBefore(deadline);
      // The file system tells nobody when something comes: look again shortly.
      CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))
          .get();
    }
  }

  /** All ranks that run at this moment. */
  List<ProcessHandle> ranks() {
    return command.children(TRAINER);
  }

  /** The process of a rank; waits until there is one. */
  ProcessHandle rank(int rank) throws Exception {
    String mark = "--stage pretrain --rank %d/".formatted(rank);
    await(() -> !command.children(mark).isEmpty());
    return command.children(mark).get(0);
  }

  /** Flips one bit in a shard of the newest whole checkpoint. */
  void corruptNewestCheckpoint() throws IOException {
    Path work = run.directory().resolve("s3/tatara/work/pretrain");
    try (Stream<Path> files = Files.walk(work)) {
      Path newest =
          files
              .filter(file -> file.endsWith("manifest.json"))
              .map(Path::getParent)
              .max(Comparator.comparing(Path::getFileName))
              .orElseThrow();
      Path shard = newest.resolve("rank-1.bin");
      byte[] bytes = Files.readAllBytes(shard);
      bytes[bytes.length / 3] ^= 4;
      Files.write(shard, bytes);
    }
  }
}
