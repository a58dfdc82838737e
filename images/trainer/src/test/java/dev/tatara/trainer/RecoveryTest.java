package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ranks that die, stall, or are asked to go while they train: no bit is lost. */
final class RecoveryTest {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryTest.class);
  private static final int STEPS = 80;

  @TempDir static Path directory;
  private static Workbench bench;
  private static Undisturbed undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    bench = Workbench.open(directory);
    undisturbed =
        Undisturbed.run(bench, bench.pretrain(bench.tokens(3000), "undisturbed", 2, STEPS));
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  /** Kills a rank after the first checkpoint, replaces it, and sees the other go on. */
  private static void killAndReplace(String name, int victim) throws Exception {
    TrainTask task = undisturbed.again(name);
    List<RankProcess> ranks = bench.start(task, "train", 2, 1);
    ranks.get(0).awaitLine(line -> line.contains("checkpoint step=5 "));
    RankProcess survivor = ranks.get(1 - victim);
    long killed = System.nanoTime();
    ranks.get(victim).kill();
    ranks.get(victim).await();
    RankProcess replacement = bench.replace(task, victim, 2);
    RankProcess leader = victim == 0 ? replacement : survivor;
    survivor.awaitLine(line -> line.contains("epoch=2 continues after step="));
    int resumed = bench.begun(task, 2).step();
    leader.awaitLine(line -> line.contains(" step=%d/".formatted(resumed + 1)));
    double seconds = (System.nanoTime() - killed) / 1e9;
    LOG.info("rank {} killed: {} s to the first new step", victim, "%.1f".formatted(seconds));

    assertThat(survivor.await()).as(survivor.log()).isEqualTo(ExitCode.DONE);
    assertThat(replacement.await()).as(replacement.log()).isEqualTo(ExitCode.DONE);
    assertThat(survivor.log()).contains("re-forms: This rank l");
    assertThat(resumed).isGreaterThanOrEqualTo(5);
    assertThat(bench.begun(task, 2).cause()).isIn("a peer was lost", "a process was started");
    undisturbed.assertSame(task);
  }

  @Test
  void rankOneDiesAndRankZeroKeepsItsProcess() throws Exception {
    killAndReplace("killed-1", 1);
  }

  @Test
  void rankZeroDiesAndRankOneKeepsItsProcess() throws Exception {
    killAndReplace("killed-0", 0);
  }

  @Test
  void bothRanksDieAndNothingIsLostButTime() throws Exception {
    TrainTask task = undisturbed.again("killed-both");
    List<RankProcess> first = bench.start(task, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=10 "));
    first.forEach(RankProcess::kill);
    RankProcess zero = bench.replace(task, 0, 2);
    RankProcess one = bench.replace(task, 1, 2);
    assertThat(zero.await()).as(zero.log()).isEqualTo(ExitCode.DONE);
    assertThat(one.await()).as(one.log()).isEqualTo(ExitCode.DONE);
    assertThat(bench.begun(task, 2).step()).isGreaterThanOrEqualTo(10);
    undisturbed.assertSame(task);
  }

  @Test
  void rankThatSleptThroughItsReplacementEndsWithoutWriting() throws Exception {
    TrainTask task = undisturbed.again("stalled");
    List<RankProcess> ranks = bench.start(task, "train", 2, 1);
    ranks.get(0).awaitLine(line -> line.contains("checkpoint step=5 "));
    RankProcess stale = ranks.get(1);
    stale.signal("STOP");
    RankProcess replacement = bench.replace(task, 1, 2);
    ranks.get(0).awaitLine(line -> line.contains("epoch=2 continues after step="));
    stale.signal("CONT");
    assertThat(stale.await()).as(stale.log()).isEqualTo(ExitCode.FENCED);
    assertThat(stale.log().lines().toList())
        .last()
        .asString()
        .contains("epoch 2 has begun with another process in its place");
    assertThat(ranks.get(0).await()).as(ranks.get(0).log()).isEqualTo(ExitCode.DONE);
    assertThat(replacement.await()).as(replacement.log()).isEqualTo(ExitCode.DONE);
    undisturbed.assertSame(task);
    assertThat(bench.store().list(Workbench.keys(task).checkpoints()))
        .filteredOn(key -> key.contains("-epoch-1/"))
        .as("what the stale rank left")
        .noneMatch(key -> key.endsWith("manifest.json"));
  }

  @Test
  void terminatedGangSavesACheckpointAndGoesOnLater() throws Exception {
    TrainTask task = undisturbed.again("preempted");
    List<RankProcess> first = bench.start(task, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("step=2/"));
    first.get(1).terminate();
    assertThat(first.get(1).await()).as(first.get(1).log()).isEqualTo(ExitCode.PREEMPTED);
    assertThat(first.get(0).await()).as(first.get(0).log()).isEqualTo(ExitCode.PREEMPTED);

    assertThat(bench.run(task, 2)).containsExactly(ExitCode.DONE, ExitCode.DONE);
    assertThat(bench.begun(task, 2).step()).isGreaterThanOrEqualTo(2);
    undisturbed.assertSame(task);
  }

  @Test
  void checkpointOfTwoRanksIsContinuedByOne() throws Exception {
    TrainTask two = undisturbed.again("elastic");
    List<RankProcess> first = bench.start(two, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=10 "));
    first.forEach(RankProcess::kill);
    TrainTask one = bench.sharded(two, 1, 1);
    assertThat(bench.run(one, 2)).containsExactly(ExitCode.DONE);
    assertThat(bench.begun(one, 2).step()).isGreaterThanOrEqualTo(10);
    List<StepReport.Point> expected = bench.curve(undisturbed.task());
    assertThat(bench.curve(one).get(STEPS - 1).loss())
        .isCloseTo(expected.get(STEPS - 1).loss(), within(1e-3));
    assertThat(bench.result(one).counts())
        .as("the same samples in the same order")
        .isEqualTo(undisturbed.result().counts());
  }
}
