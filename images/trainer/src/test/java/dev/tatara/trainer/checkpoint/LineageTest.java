package dev.tatara.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.task.Start;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a gang's writing counts once a newer gang has begun. */
final class LineageTest {
  private static Start start(int epoch, int step) {
    return new Start(epoch, 2, step, 0, List.of(), "test");
  }

  @Test
  void checkpointCountsOnlyAsFarAsEveryLaterGangWentOnFromIt() {
    Lineage lineage = new Lineage(5, List.of(start(1, 0), start(2, 10), start(4, 20)));
    assertThat(lineage.admits(new CheckpointId(10, 1))).isTrue();
    assertThat(lineage.admits(new CheckpointId(15, 1))).as("after gang 2 began at 10").isFalse();
    assertThat(lineage.admits(new CheckpointId(20, 2))).isTrue();
    assertThat(lineage.admits(new CheckpointId(25, 2))).as("after gang 4 began at 20").isFalse();
    assertThat(lineage.admits(new CheckpointId(25, 4))).isTrue();
    assertThat(lineage.admits(new CheckpointId(30, 6))).as("of a newer gang").isFalse();
  }

  @Test
  void staleCheckpointIsNeverReadAndGoesWithTheNextOne(@TempDir Path directory) {
    try (EmbeddedObjectStore server = EmbeddedObjectStore.start(directory, 0, "local", "secret")) {
      ObjectStore store =
          ObjectStore.connect(
              new StoreSettings(server.endpoint(), "us-east-1", "local", "secret", "tatara", ""));
      WorkKeys keys = new WorkKeys("work/x/");
      Checkpoints checkpoints = new Checkpoints(store, keys, new CheckpointConfig(5, 2, 10), 1);
      for (int step = 5; step <= 15; step += 5) {
        commit(checkpoints, step, 1);
      }
      Lineage second = new Lineage(2, List.of(start(1, 0)));
      assertThat(checkpoints.admitted(second))
          .extracting(CheckpointId::step)
          .containsExactly(15, 10, 5);
      // Gang 2 begins at 10; then a rank of gang 1 wakes up and commits what it had begun.
      commit(checkpoints, 20, 1);
      commit(checkpoints, 25, 2);
      Lineage third = new Lineage(3, List.of(start(1, 0), start(2, 10)));
      assertThat(checkpoints.admitted(third))
          .containsExactly(
              new CheckpointId(25, 2), new CheckpointId(10, 1), new CheckpointId(5, 1));

      commit(checkpoints, 30, 3);
      checkpoints.forget(new CheckpointId(30, 3), third);
      assertThat(checkpoints.admitted(new Lineage(9, List.of())))
          .as("two newest, and each tenth")
          .containsExactly(
              new CheckpointId(30, 3), new CheckpointId(25, 2), new CheckpointId(10, 1));
    }
  }

  @Test
  void asManyAreKeptAsARollbackMayNeed(@TempDir Path directory) {
    try (EmbeddedObjectStore server = EmbeddedObjectStore.start(directory, 0, "local", "secret")) {
      ObjectStore store =
          ObjectStore.connect(
              new StoreSettings(server.endpoint(), "us-east-1", "local", "secret", "tatara", ""));
      Checkpoints checkpoints =
          new Checkpoints(store, new WorkKeys("work/x/"), CheckpointConfig.every(5, 2), 16);
      Lineage lineage = new Lineage(1, List.of());
      for (int step = 5; step <= 100; step += 5) {
        commit(checkpoints, step, 1);
        checkpoints.forget(new CheckpointId(step, 1), lineage);
        int last = step;
        assertThat(checkpoints.admitted(lineage))
            .as("after step %d", step)
            .hasSizeLessThanOrEqualTo(4)
            .anyMatch(id -> id.step() <= Math.max(5, last + 1 - 16));
      }
      commit(checkpoints, 200, 1);
      checkpoints.forget(new CheckpointId(200, 1), lineage);
      assertThat(checkpoints.admitted(lineage))
          .as("the two newest are enough")
          .extracting(CheckpointId::step)
          .containsExactly(200, 100);
    }
  }

  private static void commit(Checkpoints checkpoints, int step, int epoch) {
    byte[] curve = new byte[0];
    checkpoints.commit(
        new CheckpointManifest(
            step,
            2,
            epoch,
            "fingerprint",
            10,
            "engine",
            List.of(),
            new ManifestObject(Checkpoints.CURVE, 0, ""),
            "",
            List.of()),
        curve);
  }
}
