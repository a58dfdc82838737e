package dev.tatara.activities.data;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ManifestObject;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one shard's work left behind.
 *
 * @param objects objects that belong to the artifact; intermediate ones are not listed
 * @param account documents of this shard; empty in phases that only look
 * @param counts totals for the manifest; those of all shards are added up
 */
public record ShardResult(
    List<ManifestObject> objects, Account account, SortedMap<String, Long> counts) {
  public ShardResult {
    objects = List.copyOf(objects);
    counts = new TreeMap<>(counts);
  }

  /** For a phase that leaves only intermediate objects. */
  public static ShardResult intermediate() {
    return new ShardResult(List.of(), Account.EMPTY, new TreeMap<>(Map.of()));
  }
}
