package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.run.ValidationConfig;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.TrainTask;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGTERM in every phase of a rank: it goes in time, and whoever goes on loses no bit. */
final class PreemptionTest {
  private static final int STEPS = 12;

  /** "At once", on a machine that has other things to do. */
  private static final double SOON_SECONDS = 10;

  /** Within these seconds rank 0 finishes a model that it is saving, or leaves it. */
  private static final double SAVE_SECONDS = 20;

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

  /** A phase with nothing to save, and what keeps ranks in it. */
  private enum Moment {
    STARTING("GET .*/tokenizer\\.json", 2),
    FORMING("PUT .*/master\\.json", 1),
    RESTORING("GET .*/rank-\\d\\.bin", 2);

    private final String held;
    private final int count;

    Moment(String held, int count) {
      this.held = held;
      this.count = count;
    }

    private String phase() {
      return Phase.valueOf(name()).word();
    }
  }

  private static List<RankProcess> start(TrainTask task, int epoch, Gate gate) throws Exception {
    return bench.start(task, "train", 2, epoch, Map.of("S3_ENDPOINT", gate.endpoint()));
  }

  private static void awaitPhase(TrainTask task, int epoch, String phase) {
    for (int rank = 0; rank < task.worldSize(); rank++) {
      bench.awaitBeat(task, rank, beat -> beat.phase().equals(phase) && beat.epoch() == epoch);
    }
  }

  /** Seconds until it ended with the code of those who were asked to go. */
  private static double secondsToGo(RankProcess rank, long asked) throws Exception {
    assertThat(rank.await()).as(rank.log()).isEqualTo(ExitCode.PREEMPTED);
    return (System.nanoTime() - asked) / 1e9;
  }

  private static void goOn(TrainTask task, int epoch) throws Exception {
    assertThat(bench.run(task, epoch)).containsExactly(ExitCode.DONE, ExitCode.DONE);
  }

  @ParameterizedTest
  @EnumSource
  void ranksWithNothingToSaveGoAtOnce(Moment moment) throws Exception {
    TrainTask task = undisturbed.again("asked-while-" + moment.phase());
    int epoch = 1;
    if (moment == Moment.RESTORING) {
      List<RankProcess> before = bench.start(task, "train", 2, epoch);
      before.get(0).awaitLine(line -> line.contains("checkpoint step=5 "));
      Workbench.kill(before);
      epoch++;
    }
    try (Gate gate = new Gate(bench.endpoint(), moment.held, moment.count)) {
      List<RankProcess> ranks = start(task, epoch, gate);
      gate.awaitHeld();
      awaitPhase(task, moment == Moment.STARTING ? 0 : epoch, moment.phase());
      long asked = System.nanoTime();
      ranks.forEach(RankProcess::terminate);
      for (RankProcess rank : ranks) {
        assertThat(secondsToGo(rank, asked)).isLessThan(SOON_SECONDS);
      }
    }
    goOn(task, epoch + 1);
    undisturbed.assertSame(task);
  }

  @Test
  void modelThatIsSavedInTimeIsFinishedFirst() throws Exception {
    TrainTask task = undisturbed.again("asked-while-saving");
    try (Gate gate = new Gate(bench.endpoint(), "PUT .*/model\\.safetensors", 1)) {
      List<RankProcess> ranks = start(task, 1, gate);
      gate.awaitHeld();
      awaitPhase(task, 1, "saving");
      long asked = System.nanoTime();
      ranks.forEach(RankProcess::terminate);
      assertThat(secondsToGo(ranks.get(1), asked)).isLessThan(SOON_SECONDS);
      gate.letGo();
      assertThat(ranks.get(0).await()).as(ranks.get(0).log()).isEqualTo(ExitCode.DONE);
    }
    undisturbed.assertSame(task);
    goOn(task, 2);
    undisturbed.assertSame(task);
  }

  @Test
  void modelThatTakesTooLongIsSavedByTheNextGang() throws Exception {
    TrainTask task = undisturbed.again("asked-while-saving-slowly");
    try (Gate gate = new Gate(bench.endpoint(), "PUT .*/model\\.safetensors", 1)) {
      List<RankProcess> ranks = start(task, 1, gate);
      gate.awaitHeld();
      awaitPhase(task, 1, "saving");
      long asked = System.nanoTime();
      ranks.forEach(RankProcess::terminate);
      assertThat(secondsToGo(ranks.get(1), asked)).isLessThan(SOON_SECONDS);
      assertThat(secondsToGo(ranks.get(0), asked))
          .isBetween(SAVE_SECONDS, SAVE_SECONDS + SOON_SECONDS);
    }
    assertThat(bench.artifacts().find(task.stage(), task.fingerprint())).isEmpty();
    goOn(task, 2);
    undisturbed.assertSame(task);
  }

  /** Validates after the fourth step and the sixth, its last; long enough to be seen at it. */
  @Test
  void validationIsBrokenOffAndDoneByWhoeverGoesOn() throws Exception {
    TrainTask task =
        Workbench.with(
            bench.pretrain(bench.data().tokens(3000, 600), "validated", 2, 6),
            new ValidationConfig(4, 60_000L));
    Undisturbed validated = Undisturbed.run(bench, task);
    assertThat(bench.curve(task).get(3).extra()).containsKey("validation/loss.en");

    TrainTask asked = validated.again("asked-while-validating");
    askWhileValidating(asked, 1, 3, 1);
    // What was broken off is made up for first, and may be broken off again.
    askWhileValidating(asked, 2, 4, 1);
    askWhileValidating(asked, 3, 5, 0);
    goOn(asked, 4);
    assertThat(bench.begun(asked, 3).step()).isEqualTo(4);
    assertThat(bench.begun(asked, 4).step()).isEqualTo(6);
    validated.assertSame(asked);
  }

  /** Asks one rank to go, so that the other one must hear of it. */
  private static void askWhileValidating(TrainTask task, int epoch, int step, int which)
      throws Exception {
    List<RankProcess> ranks = bench.start(task, "train", 2, epoch);
    for (int rank = 0; rank < 2; rank++) {
      bench.awaitBeat(
          task,
          rank,
          beat ->
              beat.epoch() == epoch && beat.step() == step && beat.phase().equals("validating"));
    }
    long asked = System.nanoTime();
    ranks.get(which).terminate();
    for (RankProcess rank : ranks) {
      assertThat(secondsToGo(rank, asked)).isLessThan(SOON_SECONDS);
    }
  }
}
