package dev.tatara.activities.retention;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.workflows.RemovalActivities.Kept;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Artifacts that are being removed with a run. Without its manifest an artifact is not found any
 * more; a copy of the manifest lies with the records of the run until the end.
 */
final class Withdrawal {
  private static final String MANIFEST = "manifest.json";
  private static final String PLAN = "plan.json";

  private final ObjectStore store;
  private final String records;
  private final String folder;

  Withdrawal(ObjectStore store, String run) {
    this.store = store;
    this.records = "runs/%s/".formatted(run);
    this.folder = records + "removal/";
  }

  /**
   * Decided once, since it cannot be told any more later.
   *
   * @param artifacts key prefixes of what is withdrawn
   * @param shared what stays from the beginning
   * @param folders key prefixes where its gangs have worked
   */
  record Plan(List<String> artifacts, List<Kept> shared, List<String> folders) {
    static final Plan NOTHING = new Plan(List.of(), List.of(), List.of());

    Plan {
      artifacts = List.copyOf(artifacts);
      shared = List.copyOf(shared);
      folders = List.copyOf(folders);
    }
  }

  /**
   * An artifact that nobody finds.
   *
   * @param prefix of its keys
   * @param manifest its bytes
   */
  record Withdrawn(String prefix, byte[] manifest) {
    Manifest contents() {
      return Json.read(manifest, Manifest.class);
    }

    void giveBack(ObjectStore store) {
      store.writeIfAbsent(prefix + MANIFEST, manifest);
    }

    /** Its objects are somebody else's by now. */
    boolean isMadeAnew(ObjectStore store) {
      String work = prefix.replaceFirst("^artifacts/", "work/");
      return store.size(prefix + MANIFEST).isPresent() || !store.list(work).isEmpty();
    }
  }

  boolean isBegun() {
    return plan().isPresent();
  }

  void begin(Plan plan) {
    store.write(folder + PLAN, Json.bytes(plan));
  }

  List<Kept> shared() {
    return plan().orElse(Plan.NOTHING).shared();
  }

  List<String> folders() {
    return plan().orElse(Plan.NOTHING).folders();
  }

  private Optional<Plan> plan() {
    return store.readIfPresent(folder + PLAN).map(bytes -> Json.read(bytes, Plan.class));
  }

  /**
   * First the copy: whatever breaks this off, the manifest is somewhere. The records go at once: a
   * run of the same name may begin meanwhile, and of two that go together the second must not find
   * the first.
   */
  void carryOut() {
    for (String prefix : artifacts()) {
      store
          .readIfPresent(prefix + MANIFEST)
          .ifPresent(
              manifest -> {
                store.write(copy(prefix), manifest);
                store.delete(prefix + MANIFEST);
              });
    }
    store.list(records).stream().filter(key -> !key.startsWith(folder)).forEach(store::delete);
  }

  private List<String> artifacts() {
    return plan().orElse(Plan.NOTHING).artifacts();
  }

  private String copy(String prefix) {
    return folder + prefix + MANIFEST;
  }

  List<Withdrawn> withdrawn() {
    return artifacts().stream()
        .flatMap(
            prefix ->
                store
                    .readIfPresent(copy(prefix))
                    .map(manifest -> Stream.of(new Withdrawn(prefix, manifest)))
                    .orElse(Stream.empty()))
        .toList();
  }

  /** By key prefix. */
  Map<String, Manifest> manifests() {
    return withdrawn().stream().collect(Collectors.toMap(Withdrawn::prefix, Withdrawn::contents));
  }

  /** Deletes the copies; the plan last, since it says what there is to do. */
  void end() {
    store.list(folder).stream().filter(key -> !key.equals(folder + PLAN)).forEach(store::delete);
    store.delete(folder + PLAN);
  }
}
