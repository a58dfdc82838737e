package dev.tatara.activities.retention;

import dev.tatara.base.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the gangs of a run work: checkpoints and the word that launcher and ranks leave for each
 * other. Equal work has one folder, whichever run does it, so each run notes which it uses.
 */
public final class WorkFolders {
  private static final String RUNS = "runs/";
  private static final String WORK = "/work/";

  private final ObjectStore store;

  public WorkFolders(ObjectStore store) {
    this.store = store;
  }

  /** Notes that a gang of this run works there, before it does. */
  public void note(String run, String gang, String prefix) {
    store.write(RUNS + run + WORK + gang, prefix.getBytes(StandardCharsets.UTF_8));
  }

  /** What a run has noted. */
  List<String> of(String run) {
    return store.list(RUNS + run + WORK).stream().map(this::read).toList();
  }

  /** Deletes those of them that no run notes any more. */
  void delete(List<String> prefixes) {
    Set<String> noted =
        store.list(RUNS).stream()
            .filter(key -> key.contains(WORK))
            .map(this::read)
            .collect(Collectors.toSet());
    prefixes.stream()
        .filter(prefix -> prefix.startsWith("work/") && !noted.contains(prefix))
        .forEach(store::deleteAll);
  }

  private String read(String key) {
    return store
        .readIfPresent(key)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("");
  }
}
