package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ManifestObject;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of one task in the store: which there are, committing and forgetting them. */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final Pattern STEP = Pattern.compile("step-(\\d{8,})/");
  private static final String MANIFEST = "manifest.json";
  static final String CURVE = "curve.jsonl";

  private final ObjectStore store;
  private final String prefix;
  private final Fence fence;
  private final int keep;

  /**
   * @param keep newest checkpoints that are kept, at least one
   */
  public Checkpoints(ObjectStore store, String workPrefix, Fence fence, int keep) {
    this.store = store;
    this.prefix = workPrefix + "checkpoints/";
    this.fence = fence;
    this.keep = Math.max(1, keep);
  }

  /** Key prefix of the checkpoint after a step, ending in a slash. */
  String prefix(int step) {
    return prefix + "step-%08d/".formatted(step);
  }

  ObjectStore store() {
    return store;
  }

  Fence fence() {
    return fence;
  }

  /** Steps with a manifest, newest first. */
  public List<Integer> steps() {
    List<Integer> steps = new ArrayList<>();
    for (String key : store.list(prefix)) {
      if (key.endsWith("/" + MANIFEST)) {
        step(key).ifPresent(steps::add);
      }
    }
    steps.sort(Comparator.reverseOrder());
    return steps;
  }

  private static Optional<Integer> step(String key) {
    Matcher matcher = STEP.matcher(key);
    return matcher.find() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
  }

  /**
   * The manifest of the checkpoint after a step.
   *
   * @throws CorruptCheckpointException if it cannot be parsed
   */
  CheckpointManifest manifest(int step) {
    try {
      return Json.read(store.read(prefix(step) + MANIFEST), CheckpointManifest.class);
    } catch (UncheckedIOException e) {
      throw new CorruptCheckpointException("its manifest cannot be read: " + e.getMessage());
    }
  }

  /** Where a rank says that its shard is written. */
  String shardKey(int step, int rank) {
    return prefix(step) + "rank-%d.json".formatted(rank);
  }

  /** The shard that a rank of this epoch has written, if it is done. */
  Optional<Shard> shard(int step, int rank) {
    return store
        .readIfPresent(shardKey(step, rank))
        .map(bytes -> Json.read(bytes, Shard.class))
        // An older epoch may have left one here; its rank is gone and its bytes may be half there.
        .filter(shard -> shard.epoch() == fence.epoch());
  }

  /**
   * Makes a checkpoint exist, then forgets old ones.
   *
   * @throws FencedException if a newer gang has been formed
   */
  void commit(CheckpointManifest manifest, byte[] curve) {
    store.write(prefix(manifest.step()) + CURVE, curve);
    fence.check();
    store.write(prefix(manifest.step()) + MANIFEST, Json.bytes(manifest));
    forget(manifest.step());
  }

  static ManifestObject describe(byte[] curve) {
    return new ManifestObject(CURVE, curve.length, Json.sha256(curve));
  }

  /** Keeps the newest; what an interrupted gang left without a manifest goes too. */
  private void forget(int newest) {
    List<Integer> kept = steps().stream().limit(keep).toList();
    List<String> gone = new ArrayList<>();
    for (String key : store.list(prefix)) {
      if (step(key).filter(step -> step <= newest && !kept.contains(step)).isPresent()) {
        gone.add(key);
      }
    }
    // Manifests first: without one, a half deleted checkpoint does not exist.
    gone.sort(Comparator.comparing((String key) -> !key.endsWith("/" + MANIFEST)));
    try {
      gone.forEach(store::delete);
    } catch (StoreException e) {
      LOG.warn("checkpoint old ones are not deleted: {}", e.getMessage());
    }
  }
}
