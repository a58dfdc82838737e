package dev.tatara.activities.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tatara.activities.data.NoSources;
import dev.tatara.activities.data.StageRun;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.base.tokenizer.BpeTrainer;
import dev.tatara.base.tokenizer.Tokenizer;
import dev.tatara.base.tokenizer.TokenizerJson;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.Stage;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeStageTest {
  @TempDir private static Path directory;
  private static EmbeddedObjectStore server;
  private static ObjectStore store;

  @BeforeAll
  static void start() {
    server = EmbeddedObjectStore.start(directory, 0, "access", "secret");
    store =
        ObjectStore.connect(
            new StoreSettings(server.endpoint(), "us-east-1", "access", "secret", "tatara", ""));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Manifest run(
      int vocabularySize,
      double validationFraction,
      SortedMap<String, List<Document>> documents,
      String fingerprint,
      long order) {
    StageRun run =
        new StageRun(
            store,
            new NoSources(),
            StageRun.spec(
                "{\"seed\":42,\"tokenize\":{\"vocabularySize\":%d,\"validationFraction\":%s}}"
                    .formatted(vocabularySize, validationFraction)));
    SortedMap<Stage, ArtifactRef> inputs = new TreeMap<>();
    inputs.put(Stage.DECONTAMINATE, run.given(Stage.DECONTAMINATE, documents));
    return run.run(new TokenizeStage(), inputs, fingerprint, order).manifest();
  }

  private static Document document(String id, String language, String text) {
    return StageRun.document(id, text).withLanguage(language);
  }

  /** Two shards; Japanese is so rare that chance holds none of it out. */
  private static SortedMap<String, List<Document>> documents() {
    SortedMap<String, List<Document>> shards = new TreeMap<>();
    List<Document> first = new ArrayList<>();
    List<Document> second = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String text =
          "The model number %d reads the text; the reader models the text.\n".formatted(i);
      (i < 25 ? first : second).add(document("a:" + i, "en", text));
    }
    first.add(document("a:ja1", "ja", "吾輩は猫である。名前はまだ無い。"));
    second.add(document("b:ja2", "ja", "猫は無い。名前は<|endoftext|>吾輩である。"));
    second.add(document("b:fr", "fr", "Une seule page."));
    shards.put("a-00000", first);
    shards.put("b-00000", second);
    return shards;
  }

  private static byte[] object(String fingerprint, String name) {
    return store.read("artifacts/tokenize/" + fingerprint + "/" + name);
  }

  private static TokenIndex index(String fingerprint) {
    return Json.read(object(fingerprint, TokenIndex.NAME), TokenIndex.class);
  }

  private static TokenIndex.Language language(TokenIndex index, String language) {
    return Objects.requireNonNull(index.languages().get(language), language);
  }

  @Test
  void everyDocumentIsTrainedOnOrHeldOutAndNeverBoth() {
    Manifest manifest = run(400, 0.1, documents(), "whole", 1);

    Tokenizer tokenizer = Tokenizer.read(object("whole", "tokenizer.json"));
    SortedMap<String, List<String>> found = new TreeMap<>();
    index("whole")
        .languages()
        .forEach(
            (language, tokens) -> {
              List<String> texts = found.computeIfAbsent(language, l -> new ArrayList<>());
              tokens.parts().forEach(part -> texts.addAll(texts(part, tokenizer)));
              assertThat(texts).hasSize((int) tokens.documents());
              DocumentShard.read(object("whole", tokens.validation()), Document.class)
                  .forEach(document -> texts.add(document.text()));
            });
    SortedMap<String, List<String>> given = new TreeMap<>();
    documents()
        .values()
        .forEach(
            shard ->
                shard.forEach(
                    document ->
                        given
                            .computeIfAbsent(Split.language(document), l -> new ArrayList<>())
                            .add(document.text())));
    given.forEach(
        (language, texts) ->
            assertThat(found.get(language)).containsExactlyInAnyOrderElementsOf(texts));
    assertThat(manifest.account().total()).returns(43L, Account.Row::in);
    assertThat(manifest.account().total()).returns(43L, Account.Row::kept);
  }

  private static List<String> texts(TokenIndex.Part part, Tokenizer tokenizer) {
    ByteBuffer packed = little(object("whole", part.name()));
    ByteBuffer starts = little(object("whole", part.boundaries()));
    assertThat(packed.remaining()).isEqualTo(part.tokens() * 2);
    int[] ids = new int[(int) part.tokens()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = packed.getShort() & 0xFFFF;
    }
    List<String> texts = new ArrayList<>();
    int from = (int) starts.getLong();
    assertThat(from).isZero();
    while (from < ids.length) {
      int end = starts.hasRemaining() ? (int) starts.getLong() : ids.length;
      assertThat(ids[end - 1]).isZero();
      texts.add(tokenizer.decode(Arrays.copyOfRange(ids, from, end - 1)));
      from = end;
    }
    return texts;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void everyLanguageWithTwoDocumentsHasOneHeldOut() {
    Manifest manifest = run(400, 0.0001, documents(), "rare", 1);

    TokenIndex index = index("rare");
    for (String language : List.of("en", "ja")) {
      TokenIndex.Language tokens = language(index, language);
      assertThat(DocumentShard.read(object("rare", tokens.validation()), Document.class))
          .hasSize(1);
      assertThat(tokens.validationTokens()).isPositive();
    }
    assertThat(language(index, "fr").validationBytes()).isZero();
    assertThat(language(index, "fr").documents()).isEqualTo(1);
    assertThat(manifest.counts())
        .containsEntry("documents", 41L)
        .containsEntry("documents.en", 39L)
        .containsEntry("vocabulary", (long) index.vocabularySize());
  }

  @Test
  void theTokenizerLearnsNothingFromWhatIsHeldOut() {
    run(4000, 0.0001, documents(), "blind", 1);
    List<Document> training = new ArrayList<>();
    Split split = Json.read(store.read("work/tokenize/blind/split.json"), Split.class);
    documents().values().forEach(training::addAll);
    assertThat(split.chosen()).hasSize(2);
    training.removeIf(split::heldOut);
    SortedMap<String, List<Document>> only = new TreeMap<>();
    only.put("a-00000", training);

    run(4000, 0, only, "sighted", 1);
    Split again = Json.read(store.read("work/tokenize/sighted/split.json"), Split.class);
    SortedMap<String, Long> counts = new TreeMap<>();
    TokenizeFiles files = new TokenizeFiles(store, "work/tokenize/sighted/", "artifacts/none/");
    files.addCounts("a-00000", counts);

    assertThat(again.chosen()).hasSize(1);
    assertThat(object("blind", "tokenizer.json"))
        .isEqualTo(
            TokenizerJson.write(
                BpeTrainer.train(
                    counts, 4000, TokenizeStage.PRE_TOKENIZER, TokenizeStage.TEXT_FORM)));
  }

  @Test
  void theOrderInWhichShardsRanChangesNothing() {
    Manifest forward = run(400, 0.1, documents(), "forward", 1);
    Manifest backward = run(400, 0.1, documents(), "backward", 2);

    assertThat(backward.objects()).isEqualTo(forward.objects());
    assertThat(backward.counts()).isEqualTo(forward.counts());
    assertThat(backward.account()).isEqualTo(forward.account());
  }

  @Test
  void unigramBitsAreThoseOfSmoothedFrequencies() {
    UnigramModel model = new UnigramModel(4);
    model.learn(new long[] {1, 2, 1, 0});

    // (2 + 1) / (4 + 4) and (0 + 1) / (4 + 4)
    assertThat(model.bits(new int[] {1, 3}))
        .isCloseTo(Math.log(8 / 3.0) / Math.log(2) + 3, within(1e-12));
  }

  @Test
  void nothingToTrainOnIsSaidWithTheStagesToLookAt() {
    SortedMap<String, List<Document>> nothing = new TreeMap<>();
    nothing.put("a-00000", List.of());

    assertThatThrownBy(() -> run(400, 0.1, nothing, "empty", 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("No document is left to train on")
        .hasMessageContaining("clean, dedup and decontaminate");
  }
}
