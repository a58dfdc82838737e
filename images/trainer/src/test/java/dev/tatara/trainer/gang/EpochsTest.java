package dev.tatara.trainer.gang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.base.process.Rank;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is in an epoch, and who is stale. */
final class EpochsTest {
  private static final String ADDRESS = "127.0.0.1";
  private static final WorkKeys KEYS = new WorkKeys("work/x/");

  @TempDir Path directory;
  private EmbeddedObjectStore server;
  private ObjectStore store;

  @BeforeEach
  void open() {
    server = EmbeddedObjectStore.start(directory, 0, "local", "secret");
    store =
        ObjectStore.connect(
            new StoreSettings(server.endpoint(), "us-east-1", "local", "secret", "tatara", ""));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Epochs process(int rank, int worldSize, int epoch) {
    return new Epochs(store, KEYS, new Rank(rank, worldSize, rank, ADDRESS, 1, ADDRESS, epoch));
  }

  @Test
  void replacedProcessKnowsItAndTheOthersGoOn() {
    Epochs zero = process(0, 2, 1);
    Epochs one = process(1, 2, 1);
    assertThat(zero.claimNext(ADDRESS)).isEqualTo(1);
    assertThat(one.claimNext(ADDRESS)).isEqualTo(1);
    assertThat(zero.hasClaimed(1, true)).isTrue();

    Epochs replacement = process(1, 2, 1);
    assertThat(replacement.claimNext(ADDRESS)).as("1 is taken").isEqualTo(2);
    assertThatThrownBy(one::look)
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("was rank 1 in epoch 1, but epoch 2 has begun");
    assertThatThrownBy(() -> one.claimNext(ADDRESS)).isInstanceOf(FencedException.class);

    assertThat(zero.look()).isEqualTo(2);
    assertThat(zero.isNewest()).isFalse();
    assertThatThrownBy(zero::requireNewest).isInstanceOf(BrokenGangException.class);
    assertThat(zero.claimNext(ADDRESS)).isEqualTo(2);
    assertThat(zero.isNewest()).isTrue();
  }

  @Test
  void launcherRaisesTheEpochForAll() {
    Epochs zero = process(0, 2, 1);
    zero.claimNext(ADDRESS);
    store.write(KEYS.epoch(), "7".getBytes(StandardCharsets.UTF_8));
    assertThat(zero.look()).isEqualTo(7);
    assertThat(zero.claimNext(ADDRESS)).isEqualTo(7);
    assertThat(process(1, 2, 3).claimNext(ADDRESS)).isEqualTo(7);
  }

  @Test
  void rankOfAGangOfAnotherSizeGivesWayToTheNewOne() {
    Epochs old = process(3, 4, 1);
    assertThat(old.claimNext(ADDRESS)).isEqualTo(1);
    Epochs fresh = process(0, 2, 2);
    assertThat(fresh.claimNext(ADDRESS)).isEqualTo(2);
    old.look();
    assertThat(old.claimNext(ADDRESS)).isEqualTo(2);
    assertThatThrownBy(() -> old.hasClaimed(0, false))
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("with 2 ranks");
  }

  @Test
  void rankThatNobodyJoinsLeavesWhenTheWorkIsDone() {
    Epochs zero = process(0, 2, 1);
    try (Rendezvous rendezvous = new Rendezvous(zero, Duration.ofSeconds(5))) {
      assertThat(rendezvous.form(() -> true)).isFalse();
    }
  }
}
