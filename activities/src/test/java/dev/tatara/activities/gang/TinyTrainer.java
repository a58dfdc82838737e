package dev.tatara.activities.gang;

import dev.tatara.base.process.ParentBond;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.Json;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.WorkKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A trainer that counts instead of training: every step is also its checkpoint. The ranks wait for
 * each other at every step, and end when the gang is to be formed anew, as a trainer does that
 * cannot keep its process. It fails where its task says.
 */
final class TinyTrainer {
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  private TinyTrainer() {}

  /**
   * @param failure what rank {@code rank} does when it has made step {@code atStep} in an epoch up
   *     to {@code untilEpoch}: {@code exit N}, {@code hang}, or nothing
   */
  record Task(String workPrefix, int steps, int rank, int atStep, int untilEpoch, String failure) {}

  public static void main(String[] arguments) throws Exception {
    ParentBond.watch(System.getenv());
    ObjectStore store = ObjectStore.connect(StoreSettings.fromEnvironment(System.getenv()));
    Task task = Json.read(Files.readAllBytes(Path.of(System.getenv("TATARA_TASK"))), Task.class);
    int rank = Integer.parseInt(System.getenv("RANK"));
    int epoch = Integer.parseInt(System.getenv("TATARA_EPOCH"));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  store.write(task.workPrefix() + "saved", new byte[] {1});
                  Runtime.getRuntime().halt(ExitCode.PREEMPTED);
                }));
    int restored = read(store, task.workPrefix() + "checkpoint");
    for (int step = restored; step <= task.steps(); step++) {
      if (rank == 0) {
        report(store, task, epoch, step, restored);
      }
      // Ranks that are asked to go agree on it.
      boolean all = task.failure().equals("exit " + ExitCode.PREEMPTED);
      if ((all || rank == task.rank()) && step == task.atStep() && epoch <= task.untilEpoch()) {
        fail(task.failure());
      }
      beat(store, task, epoch, rank, step);
      awaitPeer(store, task, epoch, rank, step);
    }
    Runtime.getRuntime().halt(ExitCode.DONE);
  }

  private static void report(ObjectStore store, Task task, int epoch, int step, int restored) {
    store.write(
        task.workPrefix() + "checkpoint", Integer.toString(step).getBytes(StandardCharsets.UTF_8));
    store.write(
        task.workPrefix() + "progress.json",
        Json.bytes(
            new TaskProgress(
                epoch,
                step,
                task.steps(),
                "steps",
                1,
                "training",
                new StepReport(step, 1, 1, 1, 1, 0.01, new TreeMap<>()),
                restored)));
  }

  private static void beat(ObjectStore store, Task task, int epoch, int rank, int step) {
    store.write(
        new WorkKeys(task.workPrefix()).beat(rank),
        Json.bytes(new Heartbeat(rank, epoch, step, "training", System.currentTimeMillis(), 0.01)));
  }

  private static void awaitPeer(ObjectStore store, Task task, int epoch, int rank, int step)
      throws InterruptedException {
    String reached = task.workPrefix() + "reached/" + epoch + "/";
    String peer = reached + (1 - rank);
    store.write(reached + rank, Integer.toString(step).getBytes(StandardCharsets.UTF_8));
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (store.size(peer).isEmpty() || read(store, peer) < step) {
      boolean formedAnew = read(store, new WorkKeys(task.workPrefix()).epoch()) > epoch;
      if (formedAnew || System.nanoTime() > giveUp) {
        Runtime.getRuntime().halt(ExitCode.INFRASTRUCTURE);
      }
      NEVER.await(10, TimeUnit.MILLISECONDS);
    }
  }

  private static void fail(String failure) throws InterruptedException {
    if (failure.startsWith("exit ")) {
      System.err.println("sft.data is empty; name a file with chats");
      Runtime.getRuntime().halt(Integer.parseInt(failure.substring("exit ".length())));
    }
    if (failure.equals("hang")) {
      NEVER.await();
    }
  }

  private static int read(ObjectStore store, String key) {
    return store
        .readIfPresent(key)
        .map(bytes -> Integer.parseInt(new String(bytes, StandardCharsets.UTF_8)))
        .orElse(0);
  }
}
