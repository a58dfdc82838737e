package dev.tatara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.cli.progress.StageProgress;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TaskProgress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreProgressTest {
  private static final String OLD = "work/pretrain/aaa/progress.json";
  private static final String KEY = "work/pretrain/bbb/progress.json";

  @TempDir Path directory;
  private Services services;
  private ObjectStore store;

  @BeforeEach
  void start() {
    services =
        Services.start(
            State.open(directory),
            "test",
            Services.Ports.ANY,
            Map.of("TEMPORAL_ADDRESS", "none:1"));
    store = ObjectStore.connect(services.endpoints().store());
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @Test
  void showsTheWorkThatGoesOnAndNotWhatWasLeftBehind() {
    store.write(OLD, Json.bytes(word(70)));
    store.write(KEY, Json.bytes(word(0)));
    StoreProgress progress = new StoreProgress(store);

    assertThat(progress.of(Stage.PRETRAIN)).isEmpty();
    store.write(KEY, Json.bytes(word(3)));
    Optional<StageProgress> shown = progress.of(Stage.PRETRAIN);

    assertThat(shown)
        .contains(
            new StageProgress(Stage.PRETRAIN, 3, 180, "steps", "loss 8.100, 10.8 k tokens/s"));
  }

  @Test
  void passesOverAWordThatIsHalfWritten() {
    store.write(KEY, Json.bytes(word(1)));
    StoreProgress progress = new StoreProgress(store);
    progress.of(Stage.PRETRAIN);
    store.write(KEY, "{\"epoch\":".getBytes(StandardCharsets.UTF_8));

    assertThat(progress.of(Stage.PRETRAIN)).isEmpty();
  }

  @Test
  void knowsNothingOfOtherStages() {
    store.write(KEY, Json.bytes(word(1)));

    assertThat(new StoreProgress(store).of(Stage.SFT)).isEmpty();
  }

  private static TaskProgress word(int step) {
    StepReport last = new StepReport(step, 8.1, 1, 1e-3, 8192, 0.7, new TreeMap<>());
    return new TaskProgress(1, step, 180, "steps", 10_800, "training", last, 0);
  }
}
