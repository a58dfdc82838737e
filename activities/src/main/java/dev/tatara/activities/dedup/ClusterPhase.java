package dev.tatara.activities.dedup;

import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The one look at all signatures: reads them, and writes a drop list for every data shard. */
final class ClusterPhase {
  private final Workspace workspace;
  private final ObjectStore store;
  private final List<String> shards;

  /** Documents by shard, known after the first pass. */
  private final List<Integer> sizes = new ArrayList<>();

  ClusterPhase(Workspace workspace) {
    this.workspace = workspace;
    this.store = workspace.artifacts().store();
    this.shards = workspace.shards(Stage.CLEAN);
  }

  ShardResult work(ShardProgress progress) {
    DuplicateSearch search = new DuplicateSearch(workspace.spec().dedup());
    List<Cluster> clusters =
        search.clusters(
            consumer -> {
              sizes.clear();
              shards.forEach(shard -> sizes.add(read(shard, consumer)));
            });
    progress.at(search.documents(), search.documents());
    SortedMap<Integer, Drop> drops = new TreeMap<>();
    for (Cluster cluster : clusters) {
      cluster.drops().forEach(drop -> drops.put(drop.position(), drop));
    }
    writeByShard(drops);
    return new ShardResult(
        List.of(), Account.EMPTY, new TreeMap<>(Map.of("clusters", (long) clusters.size())));
  }

  private int read(String shard, Consumer<Signature> consumer) {
    return SignatureFile.read(store.open(DedupStage.signaturesKey(workspace, shard)), consumer);
  }

  private void writeByShard(SortedMap<Integer, Drop> drops) {
    int next = 0;
    for (int i = 0; i < shards.size(); i++) {
      int first = next;
      next += sizes.get(i);
      List<Drop> list =
          drops.subMap(first, next).values().stream().map(drop -> drop.inShard(first)).toList();
      store.write(DedupStage.dropsKey(workspace, shards.get(i)), DocumentShard.write(list));
    }
  }
}
