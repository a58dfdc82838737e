package dev.tatara.activities.data;

import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.document.Rejected;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Runs one data stage over given documents, as the workflow would but in this thread. */
public final class StageRun {
  private final Artifacts artifacts;
  private final Sources sources;
  private final PipelineSpec spec;

  public StageRun(ObjectStore store, Sources sources, PipelineSpec spec) {
    this.artifacts = new Artifacts(store);
    this.sources = sources;
    this.spec = spec;
  }

  /** A spec with nothing in it but what the JSON says. */
  public static PipelineSpec spec(String json) {
    return Json.read(json.getBytes(StandardCharsets.UTF_8), PipelineSpec.class);
  }

  /** A document with an id and a text, and the rest made up. */
  public static Document document(String id, String text) {
    String source = id.contains(":") ? id.substring(0, id.indexOf(':')) : "test";
    return new Document(
        id,
        source,
        null,
        "CC0-1.0",
        Json.sha256(text.getBytes(StandardCharsets.UTF_8)),
        null,
        null,
        new TreeMap<>(),
        text);
  }

  /** The documents as the finished artifact of an earlier stage. */
  public ArtifactRef given(Stage stage, SortedMap<String, List<Document>> shards) {
    String fingerprint = Json.digest(shards);
    List<ManifestObject> objects = new ArrayList<>();
    shards.forEach(
        (shard, documents) ->
            objects.add(
                artifacts.put(
                    Artifacts.prefix(stage, fingerprint),
                    "data/" + shard + ".jsonl.zst",
                    DocumentShard.write(documents))));
    return artifacts.commit(
        new Manifest(
            stage, fingerprint, "1", new TreeMap<>(), objects, new TreeMap<>(), Account.EMPTY));
  }

  /**
   * What the stage makes of its input.
   *
   * @param fingerprint under which it is made
   * @param order decides the order in which the shards of a phase are worked on
   */
  public Outcome run(
      DataStage stage, SortedMap<Stage, ArtifactRef> inputs, String fingerprint, long order) {
    Workspace workspace =
        new Workspace(spec, stage.stage(), inputs, fingerprint, artifacts, sources);
    List<ManifestObject> objects = new ArrayList<>();
    Account account = Account.EMPTY;
    SortedMap<String, Long> counts = new TreeMap<>();
    for (DataStage.Phase phase : stage.phases(workspace)) {
      List<String> shards = new ArrayList<>(phase.shards());
      Collections.shuffle(shards, new Random(order));
      for (String shard : shards) {
        ShardResult result = stage.work(workspace, phase.name(), shard, (done, total) -> {});
        objects.addAll(result.objects());
        account = account.plus(result.account());
        result.counts().forEach((name, count) -> counts.merge(name, count, Long::sum));
      }
    }
    objects.sort(Comparator.comparing(ManifestObject::name));
    ArtifactRef ref =
        artifacts.commit(
            new Manifest(
                stage.stage(),
                fingerprint,
                stage.codeVersion(),
                byWord(inputs),
                objects,
                counts,
                account));
    return new Outcome(artifacts, ref);
  }

  private static SortedMap<String, ArtifactRef> byWord(SortedMap<Stage, ArtifactRef> inputs) {
    SortedMap<String, ArtifactRef> refs = new TreeMap<>();
    inputs.forEach((stage, ref) -> refs.put(stage.word(), ref));
    return refs;
  }

  /** A finished artifact. */
  public record Outcome(Artifacts artifacts, ArtifactRef ref) {
    public Manifest manifest() {
      return artifacts.manifest(ref);
    }

    /** Kept documents, in the order of shards. */
    public List<Document> kept() {
      return all(Workspace.DATA, Document.class);
    }

    /** Dropped documents, in the order of shards. */
    public List<Rejected> dropped() {
      return all(Workspace.REJECTS, Rejected.class);
    }

    private <T> List<T> all(String folder, Class<T> type) {
      return manifest().objects().stream()
          .filter(object -> object.name().startsWith(folder))
          .flatMap(object -> DocumentShard.read(artifacts.read(ref, object), type).stream())
          .toList();
    }
  }
}
