package dev.tatara.activities.tokenize;

import dev.tatara.activities.data.Workspace;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.base.tokenizer.SpecialTokens;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.base.tokenizer.TokenizerJson;
import dev.tatara.config.Json;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The objects that the phases of tokenize leave for each other, below the work prefix. */
record TokenizeFiles(ObjectStore store, String work, String artifact) {
  static TokenizeFiles of(Workspace workspace) {
    return new TokenizeFiles(
        workspace.artifacts().store(), workspace.workPrefix(), workspace.prefix());
  }

  /** How often a pre-token occurs in the documents of a shard that chance did not hold out. */
  record Count(String preToken, long count) {}

  void writeCounts(String shard, SortedMap<String, Long> counts) {
    List<Count> lines =
        counts.entrySet().stream().map(e -> new Count(e.getKey(), e.getValue())).toList();
    store.write(work + "counts/" + shard + ".jsonl.zst", DocumentShard.write(lines));
  }

  /** Adds the counts of a shard to the sum. */
  void addCounts(String shard, SortedMap<String, Long> sum) {
    DocumentShard.read(
        store.open(work + "counts/" + shard + ".jsonl.zst"),
        Count.class,
        line -> sum.merge(line.preToken(), line.count(), Long::sum));
  }

  void writeCensus(String shard, Census census) {
    store.write(work + "census/" + shard + ".json", Json.bytes(census));
  }

  /** All shards together. */
  Census census(List<String> shards) {
    return shards.stream()
        .map(shard -> store.read(work + "census/" + shard + ".json"))
        .map(bytes -> Json.read(bytes, Census.class))
        .reduce(new Census(new TreeMap<>()), Census::plus);
  }

  void writeSplit(Split split) {
    store.write(work + "split.json", Json.bytes(split));
  }

  Split split() {
    return Json.read(store.read(work + "split.json"), Split.class);
  }

  Tokenizer tokenizer() {
    return Tokenizer.read(store.read(artifact + TokenizerJson.NAME));
  }

  /** Of a tokenizer that is given. */
  void writeEndOfText(int id) {
    store.write(work + "end-of-text.json", Json.bytes(id));
  }

  /** What is written: an index that lists nothing yet. */
  TokenIndex format(Tokenizer tokenizer) {
    return new TokenIndex(
        tokenizer.size(), tokenizer.model().beginOfText(), endOfText(tokenizer), new TreeMap<>());
  }

  /** Id of the token that ends a text; of a tokenizer learned here, it has a known name. */
  private int endOfText(Tokenizer tokenizer) {
    return store
        .readIfPresent(work + "end-of-text.json")
        .map(bytes -> Json.read(bytes, Integer.class))
        .orElseGet(() -> tokenizer.id(SpecialTokens.END_OF_TEXT));
  }

  void writeHeldOut(String shard, List<Document> documents) {
    store.write(work + "heldout/" + shard + ".jsonl.zst", DocumentShard.write(documents));
  }

  List<Document> heldOut(String shard) {
    return DocumentShard.read(store.read(work + "heldout/" + shard + ".jsonl.zst"), Document.class);
  }

  void writeEncoded(String shard, EncodedShard encoded) {
    store.write(work + "encoded/" + shard + ".json", Json.bytes(encoded));
  }

  EncodedShard encoded(String shard) {
    return Json.read(store.read(work + "encoded/" + shard + ".json"), EncodedShard.class);
  }
}
