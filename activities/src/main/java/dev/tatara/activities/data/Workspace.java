package dev.tatara.activities.data;

import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.document.Rejected;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Where one stage of one run reads and writes.
 *
 * @param inputs finished artifacts of earlier stages
 * @param fingerprint of the artifact that is being made
 * @param sources opens the URIs of the run document
 */
public record Workspace(
    PipelineSpec spec,
    Stage stage,
    SortedMap<Stage, ArtifactRef> inputs,
    String fingerprint,
    Artifacts artifacts,
    Sources sources) {
  /** Documents handed on lie here, one object per data shard. */
  public static final String DATA = "data/";

  /** Dropped documents lie here, one object per data shard. */
  public static final String REJECTS = "rejects/";

  private static final String SUFFIX = ".jsonl.zst";

  /** Key prefix of the artifact that is being made, ending in a slash. */
  public String prefix() {
    return Artifacts.prefix(stage, fingerprint);
  }

  /** Key prefix of intermediate objects, which are deleted when the artifact is finished. */
  public String workPrefix() {
    return "work/%s/%s/".formatted(stage.word(), fingerprint);
  }

  /** The finished artifact of an earlier stage. */
  public ArtifactRef input(Stage from) {
    ArtifactRef ref = inputs.get(from);
    if (ref == null) {
      throw new IllegalStateException(
          "stage %s needs the artifact of %s".formatted(stage.word(), from.word()));
    }
    return ref;
  }

  /** Names of the data shards of an earlier stage, sorted. */
  public List<String> shards(Stage from) {
    return artifacts.manifest(input(from)).objects().stream()
        .map(ManifestObject::name)
        .filter(name -> name.startsWith(DATA))
        .map(name -> name.substring(DATA.length(), name.length() - SUFFIX.length()))
        .sorted()
        .toList();
  }

  /** The documents of one data shard of an earlier stage, verified. */
  public List<Document> documents(Stage from, String shard) {
    return DocumentShard.read(artifacts.read(input(from), DATA + shard + SUFFIX), Document.class);
  }

  /** Writes kept and dropped documents of one data shard; the objects are part of the artifact. */
  public List<ManifestObject> write(String shard, List<Document> kept, List<Rejected> dropped) {
    List<ManifestObject> objects = new ArrayList<>();
    objects.add(artifacts.put(prefix(), DATA + shard + SUFFIX, DocumentShard.write(kept)));
    objects.add(artifacts.put(prefix(), REJECTS + shard + SUFFIX, DocumentShard.write(dropped)));
    return objects;
  }
}
