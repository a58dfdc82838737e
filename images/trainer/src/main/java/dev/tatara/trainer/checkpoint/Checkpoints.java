package dev.tatara.trainer.checkpoint;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.run.CheckpointConfig;
import dev.tatara.config.task.WorkKeys;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of one task in the store: which there are, committing and forgetting them. */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final String MANIFEST = "manifest.json";
  static final String CURVE = "curve.jsonl";

  private final ObjectStore store;
  private final WorkKeys keys;
  private final CheckpointConfig config;
  private final int reach;

  /**
   * @param reach steps that training may have to go back; as many checkpoints are kept as that
   *     takes, also where the settings ask for fewer
   */
  public Checkpoints(ObjectStore store, WorkKeys keys, CheckpointConfig config, int reach) {
    this.store = store;
    this.keys = keys;
    this.config = config;
    this.reach = reach;
  }

  /** Key prefix of a checkpoint, ending in a slash. */
  String prefix(CheckpointId id) {
    return keys.checkpoint(id.step(), id.epoch());
  }

  ObjectStore store() {
    return store;
  }

  /** Those with a manifest that may be gone on from, newest first. */
  public List<CheckpointId> admitted(Lineage lineage) {
    return store.list(keys.checkpoints()).stream()
        .filter(key -> key.endsWith("/" + MANIFEST))
        .flatMap(key -> CheckpointId.of(key).stream())
        .filter(lineage::admits)
        .sorted(CheckpointId.NEWEST_FIRST)
        .toList();
  }

  /**
   * The manifest of a checkpoint.
   *
   * @throws CorruptCheckpointException if it cannot be parsed, was altered or is not its own
   */
  CheckpointManifest manifest(CheckpointId id) {
    try {
      byte[] json = store.read(prefix(id) + MANIFEST);
      return Json.read(json, CheckpointManifest.Sealed.class).open().sound(id);
    } catch (UncheckedIOException | IllegalArgumentException | NullPointerException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new CorruptCheckpointException("its manifest cannot be read: " + reason);
    }
  }

  /** Where a rank says that its shard is written. */
  String shardKey(CheckpointId id, int rank) {
    return prefix(id) + "rank-%d.json".formatted(rank);
  }

  /** The shard that a rank has written, if it is done. */
  Optional<Shard> shard(CheckpointId id, int rank) {
    return store.readIfPresent(shardKey(id, rank)).map(bytes -> Json.read(bytes, Shard.class));
  }

  /** Makes a checkpoint exist. */
  void commit(CheckpointManifest manifest, byte[] curve) {
    String prefix = prefix(new CheckpointId(manifest.step(), manifest.epoch()));
    store.write(prefix + CURVE, curve);
    store.write(prefix + MANIFEST, Json.bytes(CheckpointManifest.Sealed.of(manifest)));
  }

  static ManifestObject describe(byte[] curve) {
    return new ManifestObject(CURVE, curve.length, Json.sha256(curve));
  }

  /**
   * Deletes what is not to be kept: older ones, what is not of this lineage, and what an
   * interrupted gang left without a manifest. For the newest gang only.
   *
   * @param newest checkpoint that was just written
   */
  void forget(CheckpointId newest, Lineage lineage) {
    Set<CheckpointId> kept = kept(admitted(lineage));
    List<String> gone = new ArrayList<>();
    for (String key : store.list(keys.checkpoints())) {
      if (CheckpointId.of(key)
          .filter(id -> outlived(id, newest) && !kept.contains(id))
          .isPresent()) {
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

  private Set<CheckpointId> kept(List<CheckpointId> newestFirst) {
    Set<CheckpointId> kept = new HashSet<>();
    boolean reached = false;
    for (CheckpointId id : newestFirst) {
      if (kept.size() < config.keep() || !reached) {
        kept.add(id);
      }
      reached |= id.step() <= newestFirst.get(0).step() + 1 - reach;
    }
    Integer keepEvery = config.keepEvery();
    if (keepEvery != null) {
      newestFirst.stream().filter(id -> id.step() % keepEvery == 0).forEach(kept::add);
    }
    return kept;
  }

  /** A later checkpoint of the same epoch is not there yet; one of an older epoch never will be. */
  private static boolean outlived(CheckpointId id, CheckpointId newest) {
    return id.epoch() < newest.epoch() || id.step() <= newest.step();
  }
}
