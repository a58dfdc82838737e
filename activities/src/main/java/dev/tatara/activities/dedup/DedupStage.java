package dev.tatara.activities.dedup;

import dev.tatara.activities.data.AccountBook;
import dev.tatara.activities.data.DataStage;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.document.Rejected;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Drops exact and near duplicates over all shards of {@code clean}; see the package's page. */
public final class DedupStage implements DataStage {
  private static final String SIGNATURES = "signatures";
  private static final String CLUSTER = "cluster";
  private static final String FILTER = "filter";
  private static final String ALL = "all";
  private static final int REPORT_EVERY = 100;

  @Override
  public Stage stage() {
    return Stage.DEDUP;
  }

  @Override
  public String codeVersion() {
    return "1";
  }

  @Override
  public Object config(PipelineSpec spec) {
    return spec.dedup();
  }

  @Override
  public List<Stage> inputs() {
    return List.of(Stage.CLEAN);
  }

  @Override
  public List<Phase> phases(Workspace workspace) {
    List<String> shards = workspace.shards(Stage.CLEAN);
    return List.of(
        new Phase(SIGNATURES, shards), new Phase(CLUSTER, List.of(ALL)), new Phase(FILTER, shards));
  }

  @Override
  public ShardResult work(Workspace workspace, String phase, String shard, ShardProgress progress) {
    return switch (phase) {
      case SIGNATURES -> sign(workspace, shard, progress);
      case CLUSTER -> new ClusterPhase(workspace).work(progress);
      case FILTER -> filter(workspace, shard, progress);
      default -> throw new IllegalArgumentException("dedup has no phase " + phase);
    };
  }

  static String signaturesKey(Workspace workspace, String shard) {
    return workspace.workPrefix() + "signatures/" + shard + ".bin";
  }

  static String dropsKey(Workspace workspace, String shard) {
    return workspace.workPrefix() + "drops/" + shard + ".jsonl.zst";
  }

  private static ObjectStore store(Workspace workspace) {
    return workspace.artifacts().store();
  }

  private ShardResult sign(Workspace workspace, String shard, ShardProgress progress) {
    Signer signer = new Signer(workspace.spec().dedup().minhash());
    List<Document> documents = workspace.documents(Stage.CLEAN, shard);
    List<Signature> signatures = new ArrayList<>(documents.size());
    for (Document document : documents) {
      signatures.add(signer.sign(document));
      report(progress, signatures.size(), documents.size());
    }
    store(workspace).write(signaturesKey(workspace, shard), SignatureFile.write(signatures));
    return ShardResult.intermediate();
  }

  private ShardResult filter(Workspace workspace, String shard, ShardProgress progress) {
    byte[] list = store(workspace).read(dropsKey(workspace, shard));
    Map<Integer, Drop> drops = new HashMap<>();
    DocumentShard.read(list, Drop.class).forEach(drop -> drops.put(drop.position(), drop));
    List<Document> documents = workspace.documents(Stage.CLEAN, shard);
    List<Document> kept = new ArrayList<>();
    List<Rejected> dropped = new ArrayList<>();
    AccountBook book = new AccountBook();
    for (int i = 0; i < documents.size(); i++) {
      Document document = documents.get(i);
      long bytes = AccountBook.bytes(document.text());
      Drop drop = drops.get(i);
      if (drop == null) {
        kept.add(document);
        book.keep(document.source(), bytes, bytes);
      } else {
        dropped.add(new Rejected(drop.reason(), drop.detail(), document));
        book.drop(document.source(), drop.reason(), bytes);
      }
      report(progress, i + 1, documents.size());
    }
    return result(workspace.write(shard, kept, dropped), book.account());
  }

  private static ShardResult result(List<ManifestObject> objects, Account account) {
    Account.Row total = account.total();
    return new ShardResult(
        objects,
        account,
        new TreeMap<>(Map.of("documents", total.kept(), "bytes", total.bytesKept())));
  }

  private static void report(ShardProgress progress, int done, int total) {
    if (done % REPORT_EVERY == 0 || done == total) {
      progress.at(done, total);
    }
  }
}
