package dev.tatara.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.base.process.Rank;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.Json;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.trainer.gang.Epochs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signs of life of a rank, and what it says when it is stuck. */
final class PulseTest {
  @Test
  void rankThatMakesNoStepWritesItsStacksAndGoesOnBeating(@TempDir Path directory) {
    try (EmbeddedObjectStore server = EmbeddedObjectStore.start(directory, 0, "local", "secret")) {
      ObjectStore store =
          ObjectStore.connect(
              new StoreSettings(server.endpoint(), "us-east-1", "local", "secret", "tatara", ""));
      WorkKeys keys = new WorkKeys("work/x/");
      Epochs epochs = new Epochs(store, keys, new Rank(1, 2, 1, "127.0.0.1", 1, "127.0.0.1", 4));
      try (Pulse pulse =
          Pulse.start(
              store,
              keys,
              1,
              epochs,
              Duration.ofMillis(10),
              reason -> {
                throw reason;
              })) {
        pulse.restored(30);
        pulse.phase(Phase.TRAINING);
        await(() -> store.readIfPresent(keys.stacks(0, 1)).isPresent());
        assertThat(new String(store.read(keys.stacks(0, 1)), StandardCharsets.UTF_8))
            .contains("\"main\"")
            .contains("PulseTest.rankThatMakesNoStep");
        await(() -> beat(store, keys).phase().equals("training"));
        assertThat(beat(store, keys).step()).isEqualTo(30);
        assertThat(beat(store, keys).rank()).isEqualTo(1);
        store.delete(keys.stacks(0, 1));
        pulse.phase(Phase.VALIDATING);
        await(() -> beat(store, keys).phase().equals("validating"));
        await(() -> store.readIfPresent(keys.stacks(0, 1)).isPresent());
      }
    }
  }

  private static Heartbeat beat(ObjectStore store, WorkKeys keys) {
    return store
        .readIfPresent(keys.beat(1))
        .map(bytes -> Json.read(bytes, Heartbeat.class))
        .orElse(new Heartbeat(1, 0, 0, "", 0, 0));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
