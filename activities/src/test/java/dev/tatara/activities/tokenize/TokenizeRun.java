package dev.tatara.activities.tokenize;

import dev.tatara.activities.data.DataStage.Phase;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Runs tokenize over documents in memory, as the runner of data stages does. */
final class TokenizeRun {
  private final Artifacts artifacts;
  private final TokenizeStage stage = new TokenizeStage();

  TokenizeRun(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  static PipelineSpec spec(int vocabularySize, double validationFraction) {
    String json =
        "{\"seed\":42,\"tokenize\":{\"vocabularySize\":%d,\"validationFraction\":%s}}"
            .formatted(vocabularySize, validationFraction);
    return Json.read(json.getBytes(StandardCharsets.UTF_8), PipelineSpec.class);
  }

  static Document document(String id, String language, String text) {
    String digest = Json.sha256(id.getBytes(StandardCharsets.UTF_8));
    return new Document(
        id, id.substring(0, 1), null, "MIT", digest, null, language, new TreeMap<>(), text);
  }

  /** The artifact of decontaminate with these documents by shard. */
  ArtifactRef input(SortedMap<String, List<Document>> shards) {
    String fingerprint = Json.digest(shards);
    String prefix = Artifacts.prefix(Stage.DECONTAMINATE, fingerprint);
    List<ManifestObject> objects = new ArrayList<>();
    shards.forEach(
        (shard, documents) ->
            objects.add(
                artifacts.put(
                    prefix, "data/" + shard + ".jsonl.zst", DocumentShard.write(documents))));
    return artifacts.commit(
        new Manifest(
            Stage.DECONTAMINATE,
            fingerprint,
            "1",
            new TreeMap<>(),
            objects,
            new TreeMap<>(),
            Account.EMPTY));
  }

  /** Runs all phases; the shards of each in reverse if asked. */
  Manifest run(PipelineSpec spec, ArtifactRef input, String fingerprint, boolean reverse) {
    SortedMap<Stage, ArtifactRef> inputs = new TreeMap<>();
    inputs.put(Stage.DECONTAMINATE, input);
    Workspace workspace =
        new Workspace(spec, Stage.TOKENIZE, inputs, fingerprint, artifacts, new NoSources());
    List<ManifestObject> objects = new ArrayList<>();
    Account account = Account.EMPTY;
    SortedMap<String, Long> counts = new TreeMap<>();
    for (Phase phase : stage.phases(workspace)) {
      List<String> shards = new ArrayList<>(phase.shards());
      if (reverse) {
        Collections.reverse(shards);
      }
      for (String shard : shards) {
        ShardResult result = stage.work(workspace, phase.name(), shard, (done, total) -> {});
        objects.addAll(result.objects());
        account = account.plus(result.account());
        result.counts().forEach((name, count) -> counts.merge(name, count, Long::sum));
      }
    }
    objects.sort(Comparator.comparing(ManifestObject::name));
    return new Manifest(
        Stage.TOKENIZE,
        fingerprint,
        stage.codeVersion(),
        new TreeMap<>(),
        objects,
        counts,
        account.balanced("tokenize"));
  }

  private static final class NoSources implements Sources {
    @Override
    public List<SourceFile> list(String uri) {
      throw new AssertionError("tokenize reads no sources");
    }

    @Override
    public InputStream open(SourceFile file) {
      throw new AssertionError("tokenize reads no sources");
    }
  }
}
