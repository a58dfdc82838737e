package dev.tatara.activities.retention;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.CorruptArtifactException;
import dev.tatara.base.store.MissingObjectException;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.task.PipelineResult;
import dev.tatara.config.task.StageOutcome;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which artifacts runs refer to: by their results in the store and, of those at work, by what they
 * have told so far; with all that went into these artifacts.
 */
final class References {
  private static final String RUNS = "runs/";
  private static final String RESULT = "/result.json";

  private final Artifacts artifacts;
  private final LiveRuns live;
  private final Map<String, Manifest> withdrawn;

  /**
   * @param withdrawn manifests that nobody finds any more, by key prefix of their artifacts
   */
  References(Artifacts artifacts, LiveRuns live, Map<String, Manifest> withdrawn) {
    this.artifacts = artifacts;
    this.live = live;
    this.withdrawn = withdrawn;
  }

  /** Key prefixes of the artifacts of a run that has ended, each ending in a slash. */
  SortedSet<String> of(String run) {
    Optional<PipelineResult> result = result(run);
    return withInputs(result.map(References::refs).orElseGet(() -> live.ofEnded(run)));
  }

  /** Name of some run that refers to it, by key prefix. */
  SortedMap<String, String> ofAll() {
    return ofAllBut("");
  }

  /** The same without what this run alone refers to. */
  SortedMap<String, String> ofAllBut(String run) {
    SortedMap<String, String> users = new TreeMap<>();
    live.atWork().forEach((other, refs) -> add(users, run, other, refs));
    for (String other : runs()) {
      result(other).ifPresent(result -> add(users, run, other, refs(result)));
    }
    return users;
  }

  private void add(
      SortedMap<String, String> users, String run, String other, List<ArtifactRef> refs) {
    if (!other.equals(run)) {
      withInputs(refs).forEach(prefix -> users.putIfAbsent(prefix, other));
    }
  }

  private List<String> runs() {
    return store().list(RUNS).stream()
        .filter(key -> key.endsWith(RESULT))
        .map(key -> key.substring(RUNS.length(), key.length() - RESULT.length()))
        .toList();
  }

  private Optional<PipelineResult> result(String run) {
    return store()
        .readIfPresent(RUNS + run + RESULT)
        .map(bytes -> Json.read(bytes, PipelineResult.class));
  }

  private static List<ArtifactRef> refs(PipelineResult result) {
    Stream<ArtifactRef> model = Stream.ofNullable(result.model());
    return Stream.concat(
            model, result.stages().stream().map(StageOutcome::artifact).flatMap(Stream::ofNullable))
        .toList();
  }

  private SortedSet<String> withInputs(Collection<ArtifactRef> refs) {
    SortedSet<String> prefixes = new TreeSet<>();
    Deque<ArtifactRef> left = new ArrayDeque<>(refs);
    while (!left.isEmpty()) {
      ArtifactRef ref = left.removeFirst();
      String prefix = store().key(ref.uri()) + "/";
      if (prefixes.add(prefix)) {
        left.addAll(inputs(prefix, ref));
      }
    }
    return prefixes;
  }

  private Collection<ArtifactRef> inputs(String prefix, ArtifactRef ref) {
    try {
      Manifest known = withdrawn.get(prefix);
      return (known == null ? artifacts.manifest(ref) : known).inputs().values();
    } catch (MissingObjectException | CorruptArtifactException e) {
      // It was removed, or made anew by another version: what it was made of is not known any more.
      return Set.of();
    }
  }

  private ObjectStore store() {
    return artifacts.store();
  }
}
