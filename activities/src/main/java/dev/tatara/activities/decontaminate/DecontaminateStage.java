package dev.tatara.activities.decontaminate;

import dev.tatara.activities.data.AccountBook;
import dev.tatara.activities.data.DataStage;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.data.Workspace;
import dev.tatara.activities.decontaminate.OverlapIndex.Overlap;
import dev.tatara.activities.evaluate.TaskFiles;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.Rejected;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.DecontaminateConfig;
import dev.tatara.config.run.EvaluateConfig.Task;
import dev.tatara.config.run.EvaluateConfig.TaskFormat;
import dev.tatara.config.run.PipelineSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Drops documents that overlap with evaluation items; see the package's page for the rule. */
public final class DecontaminateStage implements DataStage {
  /** The reason in the account. */
  static final String REASON = "evaluation-overlap";

  private static final int REPORT_EVERY = 100;

  /** What decides the output besides the files' bytes; a task's limit and address do not. */
  private record Config(DecontaminateConfig decontaminate, List<NamedFormat> tasks) {}

  private record NamedFormat(String name, TaskFormat format) {}

  @Override
  public Stage stage() {
    return Stage.DECONTAMINATE;
  }

  @Override
  public String codeVersion() {
    return "1";
  }

  @Override
  public Object config(PipelineSpec spec) {
    return new Config(
        spec.decontaminate(),
        spec.evaluate().tasks().stream()
            .map(task -> new NamedFormat(task.name(), task.format()))
            .toList());
  }

  @Override
  public List<Stage> inputs() {
    return List.of(Stage.DEDUP);
  }

  @Override
  public List<String> externalInputs(PipelineSpec spec, Sources sources) {
    return spec.evaluate().tasks().stream()
        .flatMap(task -> TaskFiles.digests(sources, task).stream())
        .toList();
  }

  @Override
  public List<Phase> phases(Workspace workspace) {
    return List.of(new Phase("filter", workspace.shards(Stage.DEDUP)));
  }

  @Override
  public ShardResult work(Workspace workspace, String phase, String shard, ShardProgress progress) {
    OverlapIndex index = index(workspace);
    List<Document> documents = workspace.documents(Stage.DEDUP, shard);
    List<Document> kept = new ArrayList<>();
    List<Rejected> dropped = new ArrayList<>();
    AccountBook book = new AccountBook();
    for (Document document : documents) {
      long bytes = AccountBook.bytes(document.text());
      Optional<Overlap> overlap = index.find(document.text());
      if (overlap.isPresent()) {
        dropped.add(new Rejected(REASON, detail(overlap.get()), document));
        book.drop(document.source(), REASON, bytes);
      } else {
        kept.add(document);
        book.keep(document.source(), bytes, bytes);
      }
      report(progress, kept.size() + dropped.size(), documents.size());
    }
    Account.Row total = book.account().total();
    return new ShardResult(
        workspace.write(shard, kept, dropped),
        book.account(),
        new TreeMap<>(Map.of("documents", total.kept(), "bytes", total.bytesKept())));
  }

  private static OverlapIndex index(Workspace workspace) {
    OverlapIndex index = new OverlapIndex(workspace.spec().decontaminate());
    for (Task task : workspace.spec().evaluate().tasks()) {
      TaskFiles.read(workspace.sources(), task).forEach(item -> index.add(task.name(), item));
    }
    return index;
  }

  private static String detail(Overlap overlap) {
    return "task %s, item %s: %d %s in common"
        .formatted(overlap.task(), overlap.item(), overlap.length(), overlap.unit());
  }

  private static void report(ShardProgress progress, int done, int total) {
    if (done % REPORT_EVERY == 0 || done == total) {
      progress.at(done, total);
    }
  }
}
