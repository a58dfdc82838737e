package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checkpoints that are not what was written: told, passed over, and no bit is lost. */
final class CorruptCheckpointTest {
  private static final int STEPS = 24;

  @TempDir static Path directory;
  private static Workbench bench;
  private static TrainTask task;
  private static Undisturbed undisturbed;

  /** What a gang of one rank had written when it was killed. */
  private static Map<String, byte[]> left;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    bench = Workbench.open(directory);
    task = bench.pretrain(bench.tokens(3000), "undisturbed", 1, STEPS);
    undisturbed = Undisturbed.run(bench, task);
    task = undisturbed.again("cut-off");
    List<RankProcess> first = bench.start(task, "train", 1, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=15 "));
    Workbench.kill(first);
    left = new TreeMap<>();
    bench.store().list(task.workPrefix()).forEach(key -> left.put(key, bench.store().read(key)));
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  /** The task as it was when its rank was killed; its checkpoints, newest first. */
  private static List<DamagedCheckpoint> cutOff() {
    bench.store().deleteAll(task.outputPrefix());
    bench.store().deleteAll(task.workPrefix());
    left.forEach(bench.store()::write);
    List<DamagedCheckpoint> checkpoints = DamagedCheckpoint.all(bench.store(), task);
    assertThat(checkpoints).hasSize(2);
    return checkpoints;
  }

  /** What can be wrong with a checkpoint, and how it is told. */
  private enum Damage {
    FLIPPED_BIT(
        "of rank-0\\.bin have SHA-256 .* was expected",
        checkpoint -> checkpoint.flipBit("rank-0.bin")),
    TRUNCATED_SHARD(
        "rank-0\\.bin has \\d+ bytes, but \\d+ in its manifest", DamagedCheckpoint::truncateShard),
    MISSING_SHARD("rank-0\\.bin is missing", checkpoint -> checkpoint.delete("rank-0.bin")),
    GARBAGE_FOR_MANIFEST(
        "its manifest cannot be read: ",
        checkpoint -> checkpoint.write("manifest.json", "\0{not JSON")),
    EMPTY_MANIFEST(
        "its manifest cannot be read: ", checkpoint -> checkpoint.write("manifest.json", "")),
    NOTHING_IN_MANIFEST(
        "its manifest has SHA-256 ", checkpoint -> checkpoint.write("manifest.json", "{}")),
    ALTERED_MANIFEST(
        "its manifest has SHA-256 .* was expected",
        checkpoint -> checkpoint.alter(tree -> tree.put("samples", "0".repeat(64)))),
    LYING_STEP(
        "its manifest is that of step 99 ",
        checkpoint -> checkpoint.lie(tree -> tree.put("step", 99))),
    LYING_SIZE(
        "rank-0\\.bin has pieces of \\d+ bytes in its manifest, \\d+ were expected",
        checkpoint -> checkpoint.lieOfShard(shard -> shard.put("size", 8))),
    LYING_OFFSETS(
        "rank-0\\.bin has the elements 0 to 4611686018427387904 in its manifest, but the model has",
        checkpoint ->
            checkpoint.lieOfShard(
                shard -> ((ObjectNode) shard.path("pieces").path(0)).put("end", 1L << 62))),
    UNTOLD_PIECE(
        "its shards have \\d+ of the \\d+ elements of this rank", DamagedCheckpoint::forgetPiece),
    OTHER_TASK(
        "it was written for the artifact stranger ",
        checkpoint -> checkpoint.lie(tree -> tree.put("fingerprint", "stranger"))),
    ALTERED_CURVE(
        "its curve has other bytes than its manifest says",
        checkpoint -> checkpoint.write("curve.jsonl", "{}")),
    MISSING_CURVE("curve\\.jsonl", checkpoint -> checkpoint.delete("curve.jsonl"));

    private final Pattern told;
    private final Consumer<DamagedCheckpoint> does;

    Damage(String told, Consumer<DamagedCheckpoint> does) {
      this.told = Pattern.compile(told);
      this.does = does;
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneBeforeItIsTakenAndWhatWasWrongIsTold(Damage damage) throws Exception {
    List<DamagedCheckpoint> checkpoints = cutOff();
    damage.does.accept(checkpoints.get(0));

    RankProcess rank = bench.replace(task, 0, 2);
    assertThat(rank.await()).as(rank.log()).isEqualTo(ExitCode.DONE);
    undisturbed.assertSame(task);
    assertThat(bench.begun(task, 2).step()).isEqualTo(checkpoints.get(1).step());
    List<LedgerEntry> incidents = bench.incidents(task);
    assertThat(incidents).hasSize(1);
    LedgerEntry incident = incidents.get(0);
    assertThat(incident.failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(incident.evidence())
        .contains("the checkpoint after step %d of".formatted(checkpoints.get(0).step()))
        .contains("is not usable: ")
        .containsPattern(damage.told);
    assertThat(incident.resumedStep()).isEqualTo(checkpoints.get(1).step());
  }

  @Test
  void trainingBeginsAnewWhenNoCheckpointIsUsable() throws Exception {
    List<DamagedCheckpoint> checkpoints = cutOff();
    Damage.TRUNCATED_SHARD.does.accept(checkpoints.get(0));
    Damage.GARBAGE_FOR_MANIFEST.does.accept(checkpoints.get(1));

    RankProcess rank = bench.replace(task, 0, 2);
    assertThat(rank.await()).as(rank.log()).isEqualTo(ExitCode.DONE);
    undisturbed.assertSame(task);
    assertThat(bench.begun(task, 2).step()).isZero();
    assertThat(bench.incidents(task))
        .hasSize(2)
        .allMatch(incident -> incident.resumedStep() == 0)
        .extracting(LedgerEntry::lastStep)
        .containsExactly(checkpoints.get(0).step(), checkpoints.get(1).step());
  }

  @Test
  void storeThatIsAwayForAWhileCostsNoCheckpoint() throws Exception {
    List<DamagedCheckpoint> checkpoints = cutOff();
    bench.raise(task, 2);
    try (Gate gate = new Gate(bench.endpoint(), "GET .*/rank-0\\.bin", 1)) {
      RankProcess rank =
          bench.start(task, "train", 1, 2, Map.of("S3_ENDPOINT", gate.endpoint())).get(0);
      gate.awaitHeld();
      gate.cut();
      rank.awaitLine(line -> line.contains("is tried again, the store is away"));
      gate.mend();
      assertThat(rank.await()).as(rank.log()).isEqualTo(ExitCode.DONE);
    }
    undisturbed.assertSame(task);
    assertThat(bench.begun(task, 2).step()).isEqualTo(checkpoints.get(0).step());
    assertThat(bench.incidents(task)).isEmpty();
  }

  @Test
  void oneRankCannotReadItsPartAndAllFallBack() throws Exception {
    Undisturbed pair = Undisturbed.run(bench, bench.sharded(undisturbed.again("two"), 2, 1));
    TrainTask two = pair.again("two-cut-off");
    List<RankProcess> first = bench.start(two, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=15 "));
    Workbench.kill(first);
    DamagedCheckpoint newest = DamagedCheckpoint.all(bench.store(), two).get(0);
    newest.flipBit("rank-1.bin");

    List<RankProcess> second = List.of(bench.replace(two, 0, 2), bench.replace(two, 1, 2));
    assertThat(second.get(0).await()).isEqualTo(ExitCode.DONE);
    assertThat(second.get(1).await()).isEqualTo(ExitCode.DONE);
    assertThat(second.get(1).log()).contains("falling back to an older one").contains("SHA-256");
    pair.assertSame(two);
    List<LedgerEntry> incidents = bench.incidents(two);
    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(incidents.get(0).rank()).isEqualTo(1);
    assertThat(incidents.get(0).evidence()).contains("is not usable").contains("SHA-256");
    assertThat(incidents.get(0).resumedStep()).isEqualTo(bench.begun(two, 2).step());
  }
}
