package dev.tatara.activities.tokenize;

import dev.tatara.activities.data.AccountBook;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Brings the shards together: held-out documents by language, and the index of all tokens. */
final class IndexPhase {
  private final Workspace workspace;
  private final TokenizeFiles files;
  private final Tokenizer tokenizer;
  private final TokenIndex format;
  private final SortedMap<String, List<EncodedShard.Language>> encoded = new TreeMap<>();
  private final SortedMap<String, List<Document>> heldOut = new TreeMap<>();

  IndexPhase(Workspace workspace) {
    this.workspace = workspace;
    files = TokenizeFiles.of(workspace);
    tokenizer = files.tokenizer();
    format = files.format(tokenizer);
  }

  ShardResult work(ShardProgress progress) {
    List<String> shards = workspace.shards(Stage.DECONTAMINATE);
    for (int i = 0; i < shards.size(); i++) {
      progress.at(i, shards.size());
      gather(shards.get(i));
    }
    List<ManifestObject> objects = new ArrayList<>();
    SortedMap<String, TokenIndex.Language> languages = new TreeMap<>();
    encoded.forEach((language, parts) -> languages.put(language, index(language, objects)));
    TokenIndex index =
        new TokenIndex(
            format.vocabularySize(), format.beginOfText(), format.endOfText(), languages);
    objects.add(put(TokenIndex.NAME, Json.bytes(index)));
    progress.at(shards.size(), shards.size());
    return new ShardResult(objects, Account.EMPTY, counts(index));
  }

  private void gather(String shard) {
    files
        .encoded(shard)
        .languages()
        .forEach((name, part) -> encoded.computeIfAbsent(name, n -> new ArrayList<>()).add(part));
    for (Document document : files.heldOut(shard)) {
      String language = Split.language(document);
      // A language of which everything is held out still has its line, with no tokens to train on.
      encoded.computeIfAbsent(language, n -> new ArrayList<>());
      heldOut.computeIfAbsent(language, n -> new ArrayList<>()).add(document);
    }
  }

  private TokenIndex.Language index(String language, List<ManifestObject> objects) {
    List<EncodedShard.Language> parts = encoded.getOrDefault(language, List.of());
    List<Document> validation = heldOut.getOrDefault(language, List.of());
    String name = "validation/%s.jsonl.zst".formatted(language);
    objects.add(put(name, DocumentShard.write(validation)));
    UnigramModel unigrams = new UnigramModel(tokenizer.size());
    parts.forEach(part -> unigrams.learn(part.frequencies()));
    TokenStream packed = new TokenStream(format);
    long bytes = 0;
    long tokens = 0;
    double bits = 0;
    for (Document document : validation) {
      int[] ids = tokenizer.encodePlain(document.text());
      bytes += AccountBook.bytes(document.text());
      tokens += ids.length;
      bits += unigrams.bits(ids);
      packed.add(ids, 0);
    }
    return new TokenIndex.Language(
        parts.stream().map(EncodedShard.Language::part).toList(),
        parts.stream().mapToLong(part -> part.part().tokens()).sum(),
        parts.stream().mapToLong(EncodedShard.Language::documents).sum(),
        parts.stream().mapToLong(EncodedShard.Language::bytes).sum(),
        name,
        bytes,
        tokens,
        bytes == 0 ? 0 : bits / bytes,
        heldOut(language, packed, objects));
  }

  private TokenIndex.Part heldOut(
      String language, TokenStream packed, List<ManifestObject> objects) {
    String tokens = "validation/%s.bin".formatted(language);
    String boundaries = "validation/%s.boundaries".formatted(language);
    objects.add(put(tokens, packed.packed()));
    objects.add(put(boundaries, packed.boundaries()));
    return new TokenIndex.Part(tokens, boundaries, packed.tokens(), "");
  }

  private static SortedMap<String, Long> counts(TokenIndex index) {
    SortedMap<String, Long> counts = new TreeMap<>();
    index
        .languages()
        .forEach(
            (name, language) -> {
              counts.merge("documents", language.documents(), Long::sum);
              counts.merge("tokens", language.tokens(), Long::sum);
              counts.merge("validation_tokens", language.validationTokens(), Long::sum);
              counts.put("documents." + name, language.documents());
              counts.put("tokens." + name, language.tokens());
              counts.put("bytes." + name, language.bytes());
              counts.put("validation_tokens." + name, language.validationTokens());
              counts.put("validation_bytes." + name, language.validationBytes());
            });
    return counts;
  }

  private ManifestObject put(String name, byte[] bytes) {
    return workspace.artifacts().put(workspace.prefix(), name, bytes);
  }
}
