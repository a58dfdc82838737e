package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.trainer.checkpoint.Curve;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ranks that die, stall, are asked to go, or find a broken checkpoint: no bit is lost. */
final class RecoveryTest {
  private static final Logger LOG = LoggerFactory.getLogger(RecoveryTest.class);
  private static final int STEPS = 80;

  @TempDir static Path directory;
  private static Workbench bench;
  private static ArtifactRef tokens;
  private static Manifest undisturbed;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    bench = Workbench.open(directory);
    tokens = bench.tokens(3000);
    TrainTask task = bench.pretrain(tokens, "undisturbed", 2, STEPS);
    assertThat(bench.run(task, 1)).containsExactly(ExitCode.DONE, ExitCode.DONE);
    undisturbed = bench.result(task);
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  private static WorkKeys keys(TrainTask task) {
    return new WorkKeys(task.workPrefix());
  }

  private static Start begun(TrainTask task, int epoch) {
    return Json.read(bench.store().read(keys(task).start(epoch)), Start.class);
  }

  private static void assertSameAsUndisturbed(TrainTask task) {
    assertThat(bench.result(task).objects()).isEqualTo(undisturbed.objects());
    assertThat(bench.result(task).counts()).isEqualTo(undisturbed.counts());
  }

  /** Kills a rank after the first checkpoint, replaces it, and sees the other go on. */
  private static void killAndReplace(String name, int victim) throws Exception {
    TrainTask task = bench.pretrain(tokens, name, 2, STEPS);
    List<RankProcess> ranks = bench.start(task, "train", 2, 1);
    ranks.get(0).awaitLine(line -> line.contains("checkpoint step=5 "));
    RankProcess survivor = ranks.get(1 - victim);
    long killed = System.nanoTime();
    ranks.get(victim).kill();
    ranks.get(victim).await();
    RankProcess replacement = bench.replace(task, victim, 2);
    RankProcess leader = victim == 0 ? replacement : survivor;
    survivor.awaitLine(line -> line.contains("epoch=2 continues after step="));
    int resumed = begun(task, 2).step();
    leader.awaitLine(line -> line.contains(" step=%d/".formatted(resumed + 1)));
    double seconds = (System.nanoTime() - killed) / 1e9;
    LOG.info("rank {} killed: {} s to the first new step", victim, "%.1f".formatted(seconds));

    assertThat(survivor.await()).as(survivor.log()).isEqualTo(ExitCode.DONE);
    assertThat(replacement.await()).as(replacement.log()).isEqualTo(ExitCode.DONE);
    assertThat(survivor.log()).contains("re-forms: This rank l");
    assertThat(resumed).isGreaterThanOrEqualTo(5);
    assertThat(begun(task, 2).cause()).isIn("a peer was lost", "a process was started");
    assertSameAsUndisturbed(task);
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
    TrainTask task = bench.pretrain(tokens, "killed-both", 2, STEPS);
    List<RankProcess> first = bench.start(task, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=10 "));
    first.forEach(RankProcess::kill);
    RankProcess zero = bench.replace(task, 0, 2);
    RankProcess one = bench.replace(task, 1, 2);
    assertThat(zero.await()).as(zero.log()).isEqualTo(ExitCode.DONE);
    assertThat(one.await()).as(one.log()).isEqualTo(ExitCode.DONE);
    assertThat(begun(task, 2).step()).isGreaterThanOrEqualTo(10);
    assertSameAsUndisturbed(task);
  }

  @Test
  void rankThatSleptThroughItsReplacementEndsWithoutWriting() throws Exception {
    TrainTask task = bench.pretrain(tokens, "stalled", 2, STEPS);
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
    assertSameAsUndisturbed(task);
    assertThat(bench.store().list(keys(task).checkpoints()))
        .filteredOn(key -> key.contains("-epoch-1/"))
        .as("what the stale rank left")
        .noneMatch(key -> key.endsWith("manifest.json"));
  }

  @Test
  void corruptCheckpointFallsBackAndSaysSo() throws Exception {
    TrainTask task = bench.pretrain(tokens, "corrupt", 2, STEPS);
    List<RankProcess> first = bench.start(task, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=15 "));
    first.forEach(RankProcess::kill);
    for (RankProcess rank : first) {
      rank.await();
    }
    List<String> manifests =
        bench.store().list(keys(task).checkpoints()).stream()
            .filter(key -> key.endsWith("manifest.json"))
            .toList();
    String newest = manifests.get(manifests.size() - 1).replace("manifest.json", "rank-1.bin");
    byte[] bytes = bench.store().read(newest);
    bytes[bytes.length / 2] ^= 1;
    bench.store().write(newest, bytes);

    List<RankProcess> second = List.of(bench.replace(task, 0, 2), bench.replace(task, 1, 2));
    assertThat(second.get(0).await()).isEqualTo(ExitCode.DONE);
    assertThat(second.get(1).await()).isEqualTo(ExitCode.DONE);
    assertThat(second.get(1).log()).contains("falling back to an older one").contains("SHA-256");
    assertSameAsUndisturbed(task);
    List<LedgerEntry> incidents = incidents(task);
    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(incidents.get(0).rank()).isEqualTo(1);
    assertThat(incidents.get(0).evidence()).contains("is not usable").contains("SHA-256");
    assertThat(incidents.get(0).resumedStep()).isEqualTo(begun(task, 2).step());
  }

  private static List<LedgerEntry> incidents(TrainTask task) {
    return bench.store().list(keys(task).incidents()).stream()
        .map(key -> Json.read(bench.store().read(key), LedgerEntry.class))
        .toList();
  }

  @Test
  void terminatedGangSavesACheckpointAndGoesOnLater() throws Exception {
    TrainTask task = bench.pretrain(tokens, "preempted", 2, STEPS);
    List<RankProcess> first = bench.start(task, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("step=2/"));
    first.get(1).terminate();
    assertThat(first.get(1).await()).as(first.get(1).log()).isEqualTo(ExitCode.PREEMPTED);
    assertThat(first.get(0).await()).as(first.get(0).log()).isEqualTo(ExitCode.PREEMPTED);

    assertThat(bench.run(task, 2)).containsExactly(ExitCode.DONE, ExitCode.DONE);
    assertThat(begun(task, 2).step()).isGreaterThanOrEqualTo(2);
    assertSameAsUndisturbed(task);
  }

  @Test
  void rankThatWaitsForItsPeersGoesAtOnceWhenAsked() throws Exception {
    TrainTask task = bench.pretrain(tokens, "waiting", 2, STEPS);
    RankProcess alone = bench.replace(task, 1, 1);
    alone.awaitLine(line -> line.contains("waits in epoch=1"));
    long asked = System.nanoTime();
    alone.terminate();
    assertThat(alone.await()).as(alone.log()).isEqualTo(ExitCode.PREEMPTED);
    assertThat((System.nanoTime() - asked) / 1e9).isLessThan(5);
    Heartbeat beat = Json.read(bench.store().read(keys(task).beat(1)), Heartbeat.class);
    assertThat(beat.rank()).isEqualTo(1);
    assertThat(beat.phase()).isIn("starting", "forming");
  }

  @Test
  void checkpointOfTwoRanksIsContinuedByOne() throws Exception {
    TrainTask two = bench.pretrain(tokens, "elastic", 2, STEPS);
    List<RankProcess> first = bench.start(two, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=10 "));
    first.forEach(RankProcess::kill);
    TrainTask one = bench.pretrain(tokens, "elastic", 1, STEPS);
    assertThat(bench.run(one, 2)).containsExactly(ExitCode.DONE);
    assertThat(begun(one, 2).step()).isGreaterThanOrEqualTo(10);
    List<StepReport.Point> expected = curve(bench.pretrain(tokens, "undisturbed", 2, STEPS));
    assertThat(curve(one).get(STEPS - 1).loss())
        .isCloseTo(expected.get(STEPS - 1).loss(), within(1e-3));
    assertThat(bench.result(one).counts())
        .as("the same samples in the same order")
        .isEqualTo(undisturbed.counts());
  }

  private static List<StepReport.Point> curve(TrainTask task) {
    ArtifactRef ref = bench.artifacts().find(task.stage(), task.fingerprint()).orElseThrow();
    return Curve.read(bench.artifacts().read(ref, "curve.jsonl"));
  }
}
