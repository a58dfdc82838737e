package dev.tatara.activities.clean;

import dev.tatara.activities.data.AccountBook;
import dev.tatara.activities.data.DataStage;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.Rejected;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.CleanConfig;
import dev.tatara.config.run.CollectConfig.Source;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Normalised text of the wanted languages and of good quality, shard by shard. */
public final class CleanStage implements DataStage {
  private static final String PHASE = "documents";

  /** What decides the output: the rules, and what the run document says about languages. */
  record Settings(CleanConfig clean, SortedMap<String, String> sourceLanguages) {}

  @Override
  public Stage stage() {
    return Stage.CLEAN;
  }

  @Override
  public String codeVersion() {
    return "1";
  }

  @Override
  public Object config(PipelineSpec spec) {
    return new Settings(spec.clean(), sourceLanguages(spec));
  }

  private static SortedMap<String, String> sourceLanguages(PipelineSpec spec) {
    SortedMap<String, String> languages = new TreeMap<>();
    for (Source source : spec.collect().sources()) {
      if (source.language() != null) {
        languages.put(source.name(), source.language());
      }
    }
    return languages;
  }

  @Override
  public List<Stage> inputs() {
    return List.of(Stage.COLLECT);
  }

  @Override
  public List<Phase> phases(Workspace workspace) {
    return List.of(new Phase(PHASE, workspace.shards(Stage.COLLECT)));
  }

  @Override
  public ShardResult work(Workspace workspace, String phase, String shard, ShardProgress progress) {
    PipelineSpec spec = workspace.spec();
    Cleaner cleaner = new Cleaner(spec.clean(), sourceLanguages(spec));
    AccountBook book = new AccountBook();
    List<Document> kept = new ArrayList<>();
    List<Rejected> dropped = new ArrayList<>();
    List<Document> documents = workspace.documents(Stage.COLLECT, shard);
    for (int i = 0; i < documents.size(); i++) {
      Document raw = documents.get(i);
      long bytesIn = AccountBook.bytes(raw.text());
      Cleaner.Outcome outcome = cleaner.clean(raw);
      Document document = outcome.document();
      if (outcome.reason() == null) {
        kept.add(document);
        book.keep(raw.source(), bytesIn, AccountBook.bytes(document.text()));
      } else {
        dropped.add(new Rejected(outcome.reason(), outcome.detail(), document));
        book.drop(raw.source(), outcome.reason(), bytesIn);
      }
      progress.at(i + 1, documents.size());
    }
    List<ManifestObject> objects = workspace.write(shard, kept, dropped);
    TreeMap<String, Long> counts = new TreeMap<>();
    counts.put("documents", (long) kept.size());
    return new ShardResult(objects, book.account().balanced(shard), counts);
  }
}
