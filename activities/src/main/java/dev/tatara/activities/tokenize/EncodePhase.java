package dev.tatara.activities.tokenize;

import dev.tatara.activities.data.AccountBook;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.ShardResult;
import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.Document;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Packs the training documents of one shard into tokens, by language. */
final class EncodePhase {
  private final Workspace workspace;
  private final TokenizeFiles files;
  private final Tokenizer tokenizer;
  private final TokenIndex format;

  EncodePhase(Workspace workspace) {
    this.workspace = workspace;
    files = TokenizeFiles.of(workspace);
    tokenizer = files.tokenizer();
    format = files.format(tokenizer);
  }

  ShardResult work(String shard, ShardProgress progress) {
    List<Document> documents = workspace.documents(Stage.DECONTAMINATE, shard);
    Split split = files.split();
    AccountBook book = new AccountBook();
    SortedMap<String, TokenStream> streams = new TreeMap<>();
    List<Document> heldOut = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      progress.at(i, documents.size());
      Document document = documents.get(i);
      long bytes = AccountBook.bytes(document.text());
      book.keep(document.source(), bytes, bytes);
      if (split.heldOut(document)) {
        heldOut.add(document);
      } else {
        streams
            .computeIfAbsent(Split.language(document), language -> new TokenStream(format))
            .add(tokenizer.encodePlain(document.text()), bytes);
      }
    }
    files.writeHeldOut(shard, heldOut);
    List<ManifestObject> objects = new ArrayList<>();
    // A shard is one slice of one source.
    String source = documents.isEmpty() ? shard : documents.get(0).source();
    files.writeEncoded(shard, write(shard, source, streams, objects));
    progress.at(documents.size(), documents.size());
    return new ShardResult(objects, book.account(), new TreeMap<>());
  }

  private EncodedShard write(
      String shard,
      String source,
      SortedMap<String, TokenStream> streams,
      List<ManifestObject> objects) {
    SortedMap<String, EncodedShard.Language> languages = new TreeMap<>();
    streams.forEach(
        (language, stream) -> {
          String tokens = "train/%s/%s.bin".formatted(language, shard);
          String boundaries = "train/%s/%s.boundaries".formatted(language, shard);
          objects.add(put(tokens, stream.packed()));
          objects.add(put(boundaries, stream.boundaries()));
          languages.put(
              language,
              new EncodedShard.Language(
                  new TokenIndex.Part(tokens, boundaries, stream.tokens(), source),
                  stream.documents(),
                  stream.bytes(),
                  stream.frequencies()));
        });
    return new EncodedShard(languages);
  }

  private ManifestObject put(String name, byte[] bytes) {
    return workspace.artifacts().put(workspace.prefix(), name, bytes);
  }
}
