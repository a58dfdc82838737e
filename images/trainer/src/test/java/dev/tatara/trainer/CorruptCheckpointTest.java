package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.ExitCode;
import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TrainTask;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that are not what was written: told, passed over, and no bit is lost. */
final class CorruptCheckpointTest {
  private static final int STEPS = 24;

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

  @Test
  void oneRankCannotReadItsPartAndAllFallBack() throws Exception {
    TrainTask task = undisturbed.again("corrupt");
    List<RankProcess> first = bench.start(task, "train", 2, 1);
    first.get(0).awaitLine(line -> line.contains("checkpoint step=15 "));
    Workbench.kill(first);
    List<String> manifests =
        bench.store().list(Workbench.keys(task).checkpoints()).stream()
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
    undisturbed.assertSame(task);
    List<LedgerEntry> incidents = bench.incidents(task);
    assertThat(incidents).hasSize(1);
    assertThat(incidents.get(0).failureClass()).isEqualTo(FailureClass.INFRASTRUCTURE);
    assertThat(incidents.get(0).rank()).isEqualTo(1);
    assertThat(incidents.get(0).evidence()).contains("is not usable").contains("SHA-256");
    assertThat(incidents.get(0).resumedStep()).isEqualTo(bench.begun(task, 2).step());
  }
}
