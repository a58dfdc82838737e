package dev.tatara.activities.gang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.Json;
import dev.tatara.config.task.Claim;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochsTest {
  private static final String WORK = "work/pretrain/f00/";

  @TempDir private Path folder;
  private EmbeddedObjectStore server;
  private ObjectStore store;
  private Epochs epochs;

  @BeforeEach
  void start() {
    server = EmbeddedObjectStore.start(folder.resolve("s3"), 0, "test", "test-secret");
    store =
        ObjectStore.connect(
            new StoreSettings(server.endpoint(), "us-east-1", "test", "test-secret", "tatara", ""));
    epochs = new Epochs(store, WORK);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aNewLauncherBeginsBeyondAllThatRanksHaveClaimedByThemselves() {
    assertThat(epochs.open()).isEqualTo(1);
    claim(1);
    claim(2);
    claim(3);

    assertThat(new Epochs(store, WORK).open()).isEqualTo(4);
  }

  @Test
  void afterAFailureItMeetsTheSurvivorsInTheEpochThatTheyHaveClaimed() {
    epochs.open();
    claim(1);
    claim(2);

    assertThat(epochs.openAfter(1)).isEqualTo(2);
    assertThat(epochs.openAfter(1)).as("never the same again").isEqualTo(3);
  }

  @Test
  void aGangThatRaisedItsEpochAndWasReleasedIsNotCutOff() {
    epochs.open();
    claim(2);
    assertThat(epochs.wasCutOff()).isTrue();

    epochs.release();

    assertThat(epochs.wasCutOff()).isFalse();
  }

  private void claim(int epoch) {
    store.write(
        new WorkKeys(WORK).claim(epoch, 0), Json.bytes(new Claim(0, "process", 1, "127.0.0.1")));
  }
}
