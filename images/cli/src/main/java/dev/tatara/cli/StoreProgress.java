package dev.tatara.cli;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.cli.figures.Figures;
import dev.tatara.cli.progress.StageProgress;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StepReport;
import dev.tatara.config.task.TaskProgress;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far training and evaluation have come: rank 0 rewrites an object in the store. */
final class StoreProgress {
  private static final String NAME = "progress.json";

  /** Listing costs more than reading: only every so many looks. */
  private static final int LOOKS_PER_LISTING = 6;

  private final ObjectStore store;
  private final Map<String, String> seen = new HashMap<>();
  private @Nullable Stage stage;
  private List<String> keys = List.of();
  private @Nullable String newest;
  private int looks;

  StoreProgress(ObjectStore store) {
    this.store = store;
  }

  /** Progress of this stage; empty while nothing has been reported since it began. */
  Optional<StageProgress> of(Stage current) {
    if (current != stage) {
      stage = current;
      keys = List.of();
      newest = null;
      looks = 0;
    }
    try {
      if (looks++ % LOOKS_PER_LISTING == 0) {
        keys =
            store.list("work/" + current.word() + "/").stream()
                .filter(k -> k.endsWith(NAME))
                .toList();
      }
      return latest(current);
    } catch (StoreException | UncheckedIOException e) {
      return Optional.empty(); // gone or half written at this very moment; the next look will tell
    }
  }

  /** What earlier runs left behind does not change; what does is what goes on now. */
  private Optional<StageProgress> latest(Stage current) {
    Optional<StageProgress> shown = Optional.empty();
    for (String key : keys) {
      Optional<byte[]> bytes = store.readIfPresent(key);
      if (bytes.isEmpty()) {
        continue;
      }
      String digest = Json.sha256(bytes.get());
      String before = seen.put(key, digest);
      if (before != null && !before.equals(digest)) {
        newest = key;
      }
      if (key.equals(newest)) {
        shown = Optional.of(show(current, Json.read(bytes.get(), TaskProgress.class)));
      }
    }
    return shown;
  }

  private static StageProgress show(Stage stage, TaskProgress progress) {
    List<String> detail = new ArrayList<>();
    StepReport last = progress.last();
    if (last != null) {
      detail.add("loss " + Figures.decimal(last.loss(), 3));
      detail.add(Figures.rounded(progress.rate()) + " tokens/s");
    }
    if (!progress.phase().equals("training")) {
      detail.add(progress.phase());
    }
    // Data stages count what suits them, bytes or documents: only the share means something.
    String unit = stage.compareTo(Stage.PRETRAIN) < 0 ? "" : progress.unit();
    return new StageProgress(
        stage, progress.done(), progress.total(), unit, String.join(", ", detail));
  }
}
