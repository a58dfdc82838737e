package dev.tatara.activities.tokenize;

import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Workspace;
import dev.tatara.activities.model.ModelSource;
import dev.tatara.base.document.Document;
import dev.tatara.base.tokenizer.PreTokenCounter;
import dev.tatara.config.artifact.Stage;
import java.util.List;

/**
 * Counts the pre-tokens of one shard, if a tokenizer is to be learned, and the documents that
 * chance holds out.
 */
final class CountPhase {
  private final Workspace workspace;

  CountPhase(Workspace workspace) {
    this.workspace = workspace;
  }

  ShardResult work(String shard, ShardProgress progress) {
    List<Document> documents = workspace.documents(Stage.DECONTAMINATE, shard);
    Split split =
        new Split(workspace.spec().seed(), workspace.spec().tokenize().validationFraction());
    boolean learns = ModelSource.uri(workspace.spec()).isEmpty();
    PreTokenCounter counter =
        new PreTokenCounter(TokenizeStage.PRE_TOKENIZER, TokenizeStage.TEXT_FORM);
    for (int i = 0; i < documents.size(); i++) {
      progress.at(i, documents.size());
      if (learns && !split.heldOut(documents.get(i))) {
        counter.add(documents.get(i).text());
      }
    }
    TokenizeFiles files = TokenizeFiles.of(workspace);
    files.writeCensus(shard, Census.of(documents, shard, split));
    files.writeCounts(shard, counter.counts());
    progress.at(documents.size(), documents.size());
    return ShardResult.intermediate();
  }
}
