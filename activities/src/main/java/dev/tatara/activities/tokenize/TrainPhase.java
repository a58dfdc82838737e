package dev.tatara.activities.tokenize;

import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Workspace;
import dev.tatara.activities.model.GivenTokenizer;
import dev.tatara.activities.model.ModelSource;
import dev.tatara.base.document.Document;
import dev.tatara.base.tokenizer.BpeTrainer;
import dev.tatara.base.tokenizer.PreTokenCounter;
import dev.tatara.base.tokenizer.TokenizerConfigJson;
import dev.tatara.base.tokenizer.TokenizerJson;
import dev.tatara.base.tokenizer.TokenizerModel;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settles the split, and learns the tokenizer from the counts of all shards or takes the given one.
 */
final class TrainPhase {
  private final Workspace workspace;
  private final TokenizeFiles files;

  TrainPhase(Workspace workspace) {
    this.workspace = workspace;
    files = TokenizeFiles.of(workspace);
  }

  ShardResult work(ShardProgress progress) {
    List<String> shards = workspace.shards(Stage.DECONTAMINATE);
    SortedMap<String, Long> counts = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      progress.at(i, shards.size());
      files.addCounts(shards.get(i), counts);
    }
    Census census = files.census(shards);
    requireDocuments(census);
    List<Census.Candidate> chosen = census.toChoose();
    chosen.forEach(candidate -> subtract(candidate, counts));
    files.writeSplit(
        new Split(
            workspace.spec().seed(),
            workspace.spec().tokenize().validationFraction(),
            Census.ids(chosen)));
    ShardResult made =
        ModelSource.of(workspace.spec(), workspace.sources())
            .map(model -> adopt(model.tokenizer()))
            .orElseGet(() -> learn(counts));
    progress.at(shards.size(), shards.size());
    return made;
  }

  private ShardResult learn(SortedMap<String, Long> counts) {
    TokenizerModel model =
        BpeTrainer.train(
            counts,
            workspace.spec().tokenize().vocabularySize(),
            TokenizeStage.PRE_TOKENIZER,
            TokenizeStage.TEXT_FORM);
    return result(
        List.of(
            put(TokenizerJson.NAME, TokenizerJson.write(model)),
            put(TokenizerConfigJson.NAME, TokenizerConfigJson.write(model))),
        model.vocabulary().size());
  }

  private ShardResult adopt(GivenTokenizer given) {
    boolean chats = TokenizeStage.chats(workspace.spec());
    if (chats) {
      given.requireChatTokens();
    }
    files.writeEndOfText(given.endOfText());
    List<ManifestObject> objects = new ArrayList<>();
    given.files(chats).forEach((name, bytes) -> objects.add(put(name, bytes)));
    return result(objects, given.tokenizer().size());
  }

  private static ShardResult result(List<ManifestObject> objects, int vocabulary) {
    return new ShardResult(
        objects, Account.EMPTY, new TreeMap<>(Map.of("vocabulary", (long) vocabulary)));
  }

  private ManifestObject put(String name, byte[] bytes) {
    return workspace.artifacts().put(workspace.prefix(), name, bytes);
  }

  private static void requireDocuments(Census census) {
    boolean trainable =
        census.languages().values().stream().anyMatch(row -> row.documents() > row.heldOut());
    if (!trainable) {
      throw new InvalidInputException(
          "No document is left to train on: %s documents reached tokenize, and all of them are held out. See what clean, dedup and decontaminate dropped and why, loosen those rules or add sources"
              .formatted(
                  census.languages().values().stream().mapToLong(Census.Row::documents).sum()));
    }
  }

  /** The document was counted before it was chosen. */
  private void subtract(Census.Candidate candidate, SortedMap<String, Long> counts) {
    PreTokenCounter counter =
        new PreTokenCounter(TokenizeStage.PRE_TOKENIZER, TokenizeStage.TEXT_FORM);
    workspace.documents(Stage.DECONTAMINATE, candidate.shard()).stream()
        .filter(document -> document.id().equals(candidate.id()))
        .map(Document::text)
        .forEach(counter::add);
    counter
        .counts()
        .forEach(
            (preToken, count) ->
                counts.computeIfPresent(preToken, (key, sum) -> sum > count ? sum - count : null));
  }
}
