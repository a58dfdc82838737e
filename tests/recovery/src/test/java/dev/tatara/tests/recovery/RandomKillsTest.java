package dev.tatara.tests.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever rank is killed (SIGKILL) at whatever moment, the model is that of an undisturbed run of
 * the same world size, bit for bit. Ten runs of sixty steps by default; a hundred with {@code
 * -Dtatara.kills.runs=100}, others than these with {@code -Dtatara.kills.seed=N}.
 */
final class RandomKillsTest {
  private static final int RUNS = Integer.getInteger("tatara.kills.runs", 10);
  private static final int SEED = Integer.getInteger("tatara.kills.seed", 1);
  private static final int[] WORLD_SIZES = {2, 4, 1};
  private static final int STEPS = 60;
  private static final int MOST_KILLS = 3;

  @TempDir static Path directory;

  private static final Map<Integer, Undisturbed> UNDISTURBED = new HashMap<>();
  private static final List<Double> SECONDS_TO_RECOVER = new ArrayList<>();
  private static final ExecutorService KILLER = Executors.newSingleThreadExecutor();
  private static TrainingGround ground;

  /** The model of a run that nobody disturbs, and how long it took. */
  private record Undisturbed(List<ManifestObject> model, double seconds) {}

  @BeforeAll
  static void open() throws Exception {
    ground = new TrainingGround(directory);
  }

  @AfterAll
  static void close() {
    KILLER.shutdownNow();
    ground.close();
    List<Double> sorted = SECONDS_TO_RECOVER.stream().sorted().toList();
    if (!sorted.isEmpty()) {
      System.out.printf(
          "%d runs, %d recoveries; seconds to recover: median %.1f, 95th percentile %.1f, most %.1f%n",
          RUNS,
          sorted.size(),
          sorted.get(sorted.size() / 2),
          sorted.get(sorted.size() * 95 / 100),
          sorted.get(sorted.size() - 1));
    }
  }

  static IntStream runs() {
    return IntStream.range(0, RUNS);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void aRunWhoseRanksAreKilledEndsWithTheSameWeights(int number) throws Exception {
    int worldSize = WORLD_SIZES[number % WORLD_SIZES.length];
    Undisturbed expected = undisturbed(worldSize);
    TrainTask task = ground.task("killed-" + number, worldSize, STEPS, 10);

    CountDownLatch done = new CountDownLatch(1);
    Random random = new Random(SEED * 1_000_003L + number);
    Future<Integer> kills = KILLER.submit(killer(task, random, expected.seconds(), done));
    List<LedgerEntry> ledger;
    try {
      ledger = ground.train(task);
    } finally {
      done.countDown();
    }

    assertThat(ground.model(task))
        .as("run %d of seed %d, %d ranks, %d kills", number, SEED, worldSize, kills.get())
        .isEqualTo(expected.model());
    assertThat(ledger).allMatch(entry -> entry.secondsToRecover() >= 0);
    ledger.forEach(entry -> SECONDS_TO_RECOVER.add(entry.secondsToRecover()));
  }

  /** Kills now this rank, now that, at moments spread over as long as a run takes. */
  private static Callable<Integer> killer(
      TrainTask task, Random random, double seconds, CountDownLatch done) {
    return () -> {
      int wanted = 1 + random.nextInt(MOST_KILLS);
      int killed = 0;
      while (killed < wanted) {
        long pause = (long) (random.nextDouble() * seconds * 1000);
        if (done.await(pause, TimeUnit.MILLISECONDS)) {
          return killed;
        }
        int rank = random.nextInt(task.worldSize());
        killed +=
            ground.rank(task, rank).filter(ProcessHandle::destroyForcibly).isPresent() ? 1 : 0;
      }
      return killed;
    };
  }

  private static Undisturbed undisturbed(int worldSize) throws Exception {
    Undisturbed known = UNDISTURBED.get(worldSize);
    if (known == null) {
      TrainTask task = ground.task("undisturbed-" + worldSize, worldSize, STEPS, 10);
      long start = System.nanoTime();
      assertThat(ground.train(task)).isEmpty();
      known = new Undisturbed(ground.model(task), (System.nanoTime() - start) / 1e9);
      UNDISTURBED.put(worldSize, known);
    }
    return known;
  }
}
