package dev.tatara.evaluator.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.base.document.ChoiceItem;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.CorruptArtifactException;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.base.token.ChatRow;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.EvaluateTask;
import dev.tatara.config.task.EvaluationResult;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.evaluator.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
  private static final String SHARD = "validation/ja.jsonl.zst";

  @TempDir static Path directory;
  private static EmbeddedObjectStore server;
  private static Artifacts artifacts;
  private static ArtifactRef model;
  private static ArtifactRef tokens;
  private static ArtifactRef items;
  private static ArtifactRef chats;

  @BeforeAll
  static void fillTheStore() throws IOException {
    TinyModel.prepareEngine();
    server = EmbeddedObjectStore.start(directory.resolve("s3"), 0, "local", "localsecret");
    artifacts =
        new Artifacts(
            ObjectStore.connect(
                new StoreSettings(
                    server.endpoint(), "us-east-1", "local", "localsecret", "tatara", "")));
    Path folder = TinyModel.write(directory.resolve("model"), 3, 0.3f);
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      files.put(name, Files.readAllBytes(folder.resolve(name)));
    }
    model = artifact(Stage.PRETRAIN, files);
    tokens = artifact(Stage.TOKENIZE, tokenObjects());
    List<ChoiceItem> questions =
        List.of(
            new ChoiceItem("1", "何色?", "\n", List.of("赤", "青い"), 0),
            new ChoiceItem("2", "何色?", "\n", List.of("青い", "赤"), 1));
    items =
        artifact(Stage.EVALUATE, Map.of("items/colors.jsonl.zst", DocumentShard.write(questions)));
    List<ChatRow> rows = List.of(new ChatRow(List.of(2, 80, 3), List.of(0, 1, 1)));
    chats = artifact(Stage.SFT, Map.of("heldout.jsonl.zst", DocumentShard.write(rows)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void judgesAModelFromTheStore() {
    EvaluateTask task = task("judged", "sft", chats);
    EvaluationResult result = evaluation().run(task);
    assertThat(result.metrics())
        .containsOnlyKeys(
            "acc.colors",
            "acc_norm.colors",
            "acc_stderr.colors",
            "bits_per_byte.ja",
            "chat_loss",
            "unigram_bits_per_byte.ja");
    // Both questions ask the same with the answers swapped.
    assertThat(result.metrics().get("acc.colors")).isIn(0.0, 1.0);
    assertThat(result.metrics()).containsEntry("unigram_bits_per_byte.ja", 5.5);
    assertThat(result.counts())
        .containsEntry("bytes.ja", 100L)
        .containsEntry("documents.ja", 4L)
        .containsEntry("items.colors", 2L)
        .containsEntry("tokens.chats", 2L);
    assertThat(Json.read(artifacts.store().read(task.output()), EvaluationResult.class))
        .isEqualTo(result);
    TaskProgress progress = Json.read(artifacts.store().read(task.progress()), TaskProgress.class);
    assertThat(progress.epoch()).isEqualTo(3);
    assertThat(progress.unit()).isEqualTo("items");
    assertThat(progress.phase()).isEqualTo("done");
    // 4 windows of text, 2 questions with 2 answers each, 1 chat
    assertThat(progress.done()).isEqualTo(progress.total()).isEqualTo(9);
  }

  @Test
  void givesTheSameBytesAgain() {
    EvaluateTask first = task("again-1", "sft", chats);
    EvaluateTask second = task("again-2", "sft", chats);
    evaluation().run(first);
    evaluation().run(second);
    assertThat(artifacts.store().read(second.output()))
        .isEqualTo(artifacts.store().read(first.output()));
  }

  @Test
  void judgesWithoutChats() {
    assertThat(evaluation().run(task("plain", "base", null)).metrics())
        .containsKey("bits_per_byte.ja")
        .doesNotContainKey("chat_loss");
  }

  @Test
  void keepsAResultThatIsThere() {
    EvaluateTask task = task("kept", "base", null);
    EvaluationResult earlier =
        new EvaluationResult("base", model, new TreeMap<>(Map.of("acc.x", 0.5)), new TreeMap<>());
    artifacts.store().write(task.output(), Json.bytes(earlier));
    assertThat(evaluation().run(task)).isEqualTo(earlier);
  }

  @Test
  void leavesNoFilesBehind() {
    evaluation().run(task("clean", "base", null));
    assertThat(directory.resolve("cache").resolve("evaluator")).isEmptyDirectory();
  }

  @Test
  void refusesAModelWhoseBytesChanged() throws IOException {
    Path folder = TinyModel.write(directory.resolve("other"), 4, 0.3f);
    byte[] weights = Files.readAllBytes(folder.resolve("model.safetensors"));
    ArtifactRef broken = artifact(Stage.PRETRAIN, Map.of("model.safetensors", weights));
    weights[weights.length - 1]++;
    artifacts.store().write(artifacts.key(broken, "model.safetensors"), weights);
    EvaluateTask good = task("broken", "base", null);
    EvaluateTask task =
        new EvaluateTask(
            "r", "base", broken, tokens, items, List.of(), null, 100, good.output(), "p");
    assertThatThrownBy(() -> evaluation().run(task)).isInstanceOf(CorruptArtifactException.class);
    assertThat(artifacts.store().size(good.output())).isEmpty();
  }

  private static Evaluation evaluation() {
    return new Evaluation(artifacts, directory.resolve("cache"), 3);
  }

  private static EvaluateTask task(String run, String candidate, @Nullable ArtifactRef heldOut) {
    String key = "runs/" + run + "/";
    return new EvaluateTask(
        run,
        candidate,
        model,
        tokens,
        items,
        List.of("colors"),
        heldOut,
        100,
        key + "result.json",
        key + "progress.json");
  }

  private static Map<String, byte[]> tokenObjects() {
    TokenIndex.Language japanese =
        new TokenIndex.Language(List.of(), 0, 0, 0, SHARD, 150, 150, 5.5);
    TokenIndex index =
        new TokenIndex(TinyModel.VOCABULARY, 0, new TreeMap<>(Map.of("ja", japanese)));
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      documents.add(
          new Document("d" + i, "s", null, "CC0", "", null, "ja", new TreeMap<>(), "十文字の文です。\n"));
    }
    return Map.of(TokenIndex.NAME, Json.bytes(index), SHARD, DocumentShard.write(documents));
  }

  private static ArtifactRef artifact(Stage stage, Map<String, byte[]> files) {
    String fingerprint =
        Json.sha256(files.toString().getBytes(StandardCharsets.UTF_8)); // unique, no more
    String prefix = Artifacts.prefix(stage, fingerprint);
    List<ManifestObject> objects = new ArrayList<>();
    new TreeMap<>(files).forEach((name, bytes) -> objects.add(artifacts.put(prefix, name, bytes)));
    return artifacts.commit(
        new Manifest(
            stage, fingerprint, "1", new TreeMap<>(), objects, new TreeMap<>(), Account.EMPTY));
  }
}
