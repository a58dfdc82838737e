package dev.tatara.trainer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * A checkpoint in the store that a test does harm to.
 *
 * @param prefix of its keys, ending in a slash
 */
record DamagedCheckpoint(ObjectStore store, String prefix) {
  private static final String MANIFEST = "manifest.json";
  private static final String SHARD = "rank-0.bin";

  /** Those that exist, newest first. */
  static List<DamagedCheckpoint> all(ObjectStore store, TrainTask task) {
    return store.list(new WorkKeys(task.workPrefix()).checkpoints()).stream()
        .filter(key -> key.endsWith("/" + MANIFEST))
        .sorted(Comparator.reverseOrder())
        .map(key -> new DamagedCheckpoint(store, key.substring(0, key.lastIndexOf('/') + 1)))
        .toList();
  }

  /** Steps that were done; known even where the checkpoint is not there any more. */
  int step() {
    String folder = prefix.substring(prefix.lastIndexOf("/step-") + "/step-".length());
    return Integer.parseInt(folder.substring(0, folder.indexOf('-')));
  }

  private ObjectNode tree() {
    return (ObjectNode) Json.tree(store.read(prefix + MANIFEST));
  }

  void delete(String name) {
    store.delete(prefix + name);
  }

  void write(String name, String text) {
    store.write(prefix + name, text.getBytes(StandardCharsets.UTF_8));
  }

  void flipBit(String name) {
    byte[] bytes = store.read(prefix + name);
    bytes[bytes.length / 2] ^= 1;
    store.write(prefix + name, bytes);
  }

  void truncateShard() {
    byte[] bytes = store.read(prefix + SHARD);
    store.write(prefix + SHARD, Arrays.copyOf(bytes, bytes.length - 1000));
  }

  /** Changes the manifest, which is found by its digest. */
  void alter(Consumer<ObjectNode> change) {
    ObjectNode sealed = tree();
    change.accept((ObjectNode) sealed.path("manifest"));
    store.write(prefix + MANIFEST, Json.bytes(sealed));
  }

  /** Changes the manifest and its digest, as a writer does that is wrong itself. */
  void lie(Consumer<ObjectNode> change) {
    ObjectNode sealed = tree();
    change.accept((ObjectNode) sealed.path("manifest"));
    sealed.put("sha256", Json.digest(sealed.path("manifest")));
    store.write(prefix + MANIFEST, Json.bytes(sealed));
  }

  /** Changes what the manifest says of the first rank's shard. */
  void lieOfShard(Consumer<ObjectNode> change) {
    lie(manifest -> change.accept((ObjectNode) manifest.path("shards").path(0)));
  }

  /** The last piece of the shard is not there, and nothing says that it should be. */
  void forgetPiece() {
    lieOfShard(
        shard -> {
          ArrayNode pieces = (ArrayNode) shard.path("pieces");
          ObjectNode last = (ObjectNode) pieces.remove(pieces.size() - 1);
          long elements = last.path("end").asLong() - last.path("begin").asLong();
          long size = shard.path("size").asLong() - Float.BYTES * elements;
          shard.put("size", size);
          byte[] bytes = store.read(prefix + SHARD);
          store.write(prefix + SHARD, Arrays.copyOf(bytes, (int) size));
        });
  }
}
