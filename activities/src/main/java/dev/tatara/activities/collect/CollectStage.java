package dev.tatara.activities.collect;

import dev.tatara.activities.data.DataStage;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.data.Workspace;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CollectConfig;
import dev.tatara.config.run.CollectConfig.Source;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sources: one shard per file, one document per page, line or file. A record that cannot
 * be read is dropped with a reason, and never ends the stage.
 */
public final class CollectStage implements DataStage {
  private static final String PHASE = "documents";

  /** Where sources lie is not part of the fingerprint; what they hold is, by digest. */
  record Provenance(
      String name,
      CollectConfig.Format format,
      String license,
      @Nullable String language,
      String textField) {}

  @Override
  public Stage stage() {
    return Stage.COLLECT;
  }

  @Override
  public String codeVersion() {
    return "1";
  }

  @Override
  public Object config(PipelineSpec spec) {
    return spec.collect().sources().stream()
        .map(
            source ->
                new Provenance(
                    source.name(),
                    source.format(),
                    source.license(),
                    source.language(),
                    source.textField()))
        .toList();
  }

  @Override
  public List<Stage> inputs() {
    return List.of();
  }

  @Override
  public List<String> externalInputs(PipelineSpec spec, Sources sources) {
    List<String> digests = new ArrayList<>();
    for (Source source : spec.collect().sources()) {
      List<Sources.SourceFile> files = sources.list(source.uri());
      for (int i = 0; i < files.size(); i++) {
        digests.add(shard(source, i) + " " + files.get(i).digest());
      }
    }
    return digests;
  }

  @Override
  public List<Phase> phases(Workspace workspace) {
    List<String> shards = new ArrayList<>();
    for (Source source : workspace.spec().collect().sources()) {
      int files = workspace.sources().list(source.uri()).size();
      for (int i = 0; i < files; i++) {
        shards.add(shard(source, i));
      }
    }
    return List.of(new Phase(PHASE, shards.stream().sorted().toList()));
  }

  private static String shard(Source source, int file) {
    return "%s-%05d".formatted(source.name(), file);
  }

  @Override
  public ShardResult work(Workspace workspace, String phase, String shard, ShardProgress progress) {
    int dash = shard.lastIndexOf('-');
    Source source = source(workspace, shard.substring(0, dash));
    String number = shard.substring(dash + 1);
    Sources.SourceFile file = workspace.sources().list(source.uri()).get(Integer.parseInt(number));
    Harvest harvest = new Harvest(source, number);
    try (SourceBytes bytes = new SourceBytes(workspace.sources(), file, progress)) {
      format(source).read(bytes, harvest);
      bytes.verify();
    }
    List<ManifestObject> objects = workspace.write(shard, harvest.kept(), harvest.dropped());
    TreeMap<String, Long> counts = new TreeMap<>();
    counts.put("documents", (long) harvest.kept().size());
    counts.put("sourceBytes", file.size());
    return new ShardResult(objects, harvest.account().balanced(shard), counts);
  }

  private static Source source(Workspace workspace, String name) {
    return workspace.spec().collect().sources().stream()
        .filter(source -> source.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no source is called " + name));
  }

  private static SourceFormat format(Source source) {
    Pages pages = new Pages();
    return switch (source.format()) {
      case WARC -> new WarcFormat(pages);
      case HTML -> new HtmlFormat(pages);
      case JSONL -> new JsonLinesFormat(source.textField());
      case TEXT -> new TextFormat();
    };
  }
}
