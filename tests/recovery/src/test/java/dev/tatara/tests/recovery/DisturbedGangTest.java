package dev.tatara.tests.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.activities.gang.FailureBudgets;
import dev.tatara.activities.gang.GangPolicy;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may happen to a gang beside sudden death: each time the model is the undisturbed one. */
@Timeout(300)
final class DisturbedGangTest {
  private static final int STEPS = 300;
  private static final int CHECKPOINT_EVERY = 40;

  /** A rank that hangs is noticed sooner than by default, but not sooner than a slow step. */
  private static final GangPolicy WATCHFUL =
      new GangPolicy(
          Duration.ofMillis(200),
          Duration.ofMillis(100),
          Duration.ofMinutes(2),
          Duration.ofSeconds(6),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofSeconds(20),
          FailureBudgets.DEFAULT);

  @TempDir static Path directory;

  private static final ExecutorService LAUNCHER = Executors.newSingleThreadExecutor();
  private static TrainingGround ground;
  private static List<ManifestObject> undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    ground = new TrainingGround(directory);
    TrainTask task = task("undisturbed");
    assertThat(ground.train(task)).isEmpty();
    undisturbed = ground.model(task);
  }

  @AfterAll
  static void close() {
    LAUNCHER.shutdownNow();
    ground.close();
  }

  @Test
  void theSurvivorOfAKilledRankKeepsItsProcess() throws Exception {
    TrainTask task = task("killed");
    CompletableFuture<List<LedgerEntry>> training = start(task);
    awaitStep(training, task, 60);
    long survivor = ground.rank(task, 0).orElseThrow().pid();

    ground.rank(task, 1).orElseThrow().destroyForcibly();

    awaitStepOfALaterEpoch(training, task, 1);
    assertThat(ground.rank(task, 0).map(ProcessHandle::pid)).contains(survivor);
    LedgerEntry entry = only(training.get());
    assertThat(entry.rank()).isEqualTo(1);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(entry.resumedStep())
        .as("timed to the first step after the checkpoint, not to the last before the kill")
        .isGreaterThanOrEqualTo(CHECKPOINT_EVERY);
    assertThat(ground.model(task)).isEqualTo(undisturbed);
  }

  @Test
  void aStoppedRankIsFoundAndReplaced() throws Exception {
    TrainTask task = task("stopped");
    CompletableFuture<List<LedgerEntry>> training = start(task);
    awaitStep(training, task, 60);
    long survivor = ground.rank(task, 0).orElseThrow().pid();

    Signal.send("STOP", ground.rank(task, 1).orElseThrow());

    awaitStepOfALaterEpoch(training, task, 1);
    assertThat(ground.rank(task, 0).map(ProcessHandle::pid)).contains(survivor);
    LedgerEntry entry = only(training.get());
    assertThat(entry.rank()).isEqualTo(1);
    assertThat(entry.failureClass()).isEqualTo(FailureClass.HANG);
    assertThat(entry.evidence()).contains("no step for", "sign of life");
    assertThat(ground.log(task, 1, 0)).contains("Full thread dump");
    assertThat(ground.model(task)).isEqualTo(undisturbed);
  }

  @Test
  void aRankThatIsAskedToGoTakesTheOthersWithItAndAllGoOn() throws Exception {
    TrainTask task = task("preempted");
    CompletableFuture<List<LedgerEntry>> training = start(task);
    awaitStep(training, task, 60);

    Signal.send("TERM", ground.rank(task, 1).orElseThrow());

    LedgerEntry entry = only(training.get());
    assertThat(entry.failureClass()).isEqualTo(FailureClass.PREEMPTED);
    assertThat(entry.lostSteps()).as("a checkpoint was saved on the way out").isLessThan(10);
    assertThat(ground.model(task)).isEqualTo(undisturbed);
  }

  @Test
  void aCorruptNewestCheckpointIsToldAndTheOneBeforeUsed() throws Exception {
    TrainTask task = task("corrupt");
    CompletableFuture<List<LedgerEntry>> training = start(task);
    await(training, () -> newestCheckpoint(task).isPresent());

    String shard = newestCheckpoint(task).orElseThrow().replace("manifest.json", "rank-1.bin");
    byte[] bytes = ground.store().read(shard);
    bytes[bytes.length / 3] ^= 4;
    ground.store().write(shard, bytes);
    ground.rank(task, 0).orElseThrow().destroyForcibly();

    List<LedgerEntry> ledger = training.get();
    assertThat(ledger).extracting(LedgerEntry::rank).contains(0);
    assertThat(ledger)
        .filteredOn(entry -> entry.evidence().contains("SHA-256"))
        .as("told as an incident: %s", ledger)
        .hasSize(1);
    assertThat(ground.model(task)).isEqualTo(undisturbed);
  }

  private static TrainTask task(String name) {
    return ground.task(name, 2, STEPS, CHECKPOINT_EVERY);
  }

  private static CompletableFuture<List<LedgerEntry>> start(TrainTask task) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return ground.train(task, WATCHFUL);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
          }
        },
        LAUNCHER);
  }

  private static LedgerEntry only(List<LedgerEntry> ledger) {
    assertThat(ledger).hasSize(1);
    assertThat(ledger.get(0).secondsToRecover()).isPositive();
    return ledger.get(0);
  }

  private static Optional<String> newestCheckpoint(TrainTask task) {
    return ground.store().list(new WorkKeys(task.workPrefix()).checkpoints()).stream()
        .filter(key -> key.endsWith("/manifest.json"))
        .max(Comparator.naturalOrder());
  }

  private static void awaitStep(CompletableFuture<?> training, TrainTask task, int step)
      throws Exception {
    await(training, () -> ground.progress(task).filter(now -> now.done() >= step).isPresent());
  }

  private static void awaitStepOfALaterEpoch(
      CompletableFuture<?> training, TrainTask task, int epoch) throws Exception {
    await(
        training,
        () ->
            ground
                .progress(task)
                .filter(now -> now.epoch() > epoch)
                .filter(now -> now.done() > now.restoredStep())
                .map(TaskProgress::done)
                .isPresent());
  }

  private static void await(CompletableFuture<?> training, BooleanSupplier condition)
      throws Exception {
    while (!condition.getAsBoolean()) {
      assertThat(training).isNotDone();
      // The store has no way to tell when an object changes: look again shortly.
      CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))
          .get();
    }
  }
}
