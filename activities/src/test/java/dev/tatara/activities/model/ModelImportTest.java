package dev.tatara.activities.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.activities.collect.SchemeSources;
import dev.tatara.activities.data.Sources;
import dev.tatara.activities.data.StageRun;
import dev.tatara.activities.data.StoreOnDisk;
import dev.tatara.activities.plan.Planner;
import dev.tatara.activities.tokenize.TokenizeStage;
import dev.tatara.base.document.Document;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.task.PlanEstimate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model folder as input: what is taken from it, and what is refused. */
class ModelImportTest {
  @TempDir private static Path directory;
  private static StoreOnDisk store;

  @TempDir private Path base;
  private ModelFolderOnDisk model;

  @BeforeAll
  static void start() {
    store = new StoreOnDisk(directory);
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void makeModel() throws IOException {
    model = new ModelFolderOnDisk(Files.createDirectory(base.resolve("given")));
  }

  private static PipelineSpec spec(String uri, String more) {
    return StageRun.spec(
        "{\"seed\":1,\"pretrain\":{\"from\":\"%s\",\"workers\":1}%s}".formatted(uri, more));
  }

  private Sources sources() {
    return new SchemeSources(base, directory.resolve("cache"), store.settings(), false);
  }

  private ModelSource source() {
    return ModelSource.of(spec(model.uri(), ""), sources()).orElseThrow();
  }

  private ArtifactRef imported() {
    return ModelImport.of(new Artifacts(store.store()), source());
  }

  private List<String> names(ArtifactRef ref) {
    return new Artifacts(store.store())
        .manifest(ref).objects().stream().map(ManifestObject::name).toList();
  }

  private void refuses(String... parts) {
    assertThatThrownBy(this::imported)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void takesTheFilesOfKnownNamesOnly() throws IOException {
    model.with("pytorch_model.bin", "other").with("notes.txt", "other");
    model.with("consolidated.safetensors", "other").with("chat_template.jinja", "chat");

    ArtifactRef ref = imported();

    assertThat(names(ref))
        .containsExactly(
            "chat_template.jinja",
            "config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json");
    assertThat(new Artifacts(store.store()).read(ref, "model.safetensors"))
        .isEqualTo("weights".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void givesTheSameArtifactForTheSameBytesWhereverTheyLie() throws IOException {
    ArtifactRef first = imported();
    model = new ModelFolderOnDisk(Files.createDirectory(base.resolve("copy")));

    assertThat(imported()).isEqualTo(first);
    model.with("model.safetensors", "weighty");
    assertThat(imported()).isNotEqualTo(first);
  }

  @Test
  void takesTheFilesThatAnIndexNames() throws IOException {
    model.without("model.safetensors").with("a.safetensors", "a").with("b.safetensors", "b");
    model.with("c.safetensors", "not named");
    model.with(
        "model.safetensors.index.json",
        "{\"weight_map\":{\"x\":\"b.safetensors\",\"y\":\"a.safetensors\",\"z\":\"a.safetensors\"}}");

    assertThat(names(imported()))
        .contains("a.safetensors", "b.safetensors", "model.safetensors.index.json")
        .doesNotContain("c.safetensors");
  }

  @Test
  void refusesAnIndexThatLeavesItsFolder() throws IOException {
    model.without("model.safetensors");
    model.with(
        "model.safetensors.index.json", "{\"weight_map\":{\"x\":\"../secret.safetensors\"}}");

    refuses("index.json names \"../secret.safetensors\"", "of its own folder");
  }

  @Test
  void refusesAnIndexOfFilesThatAreNotThere() throws IOException {
    model.without("model.safetensors");
    model.with("model.safetensors.index.json", "{\"weight_map\":{\"x\":\"a.safetensors\"}}");

    refuses("no a.safetensors, which its index names");
  }

  @Test
  void refusesAFolderThatLacksAFile() throws IOException {
    model.without("model.safetensors");
    refuses("pretrain.from is file:given, which has no model.safetensors, nor");
    model.without("config.json");
    refuses("pretrain.from is file:given, which has no config.json; it must be a folder with");
  }

  @Test
  void refusesLinksAndFolders() throws IOException {
    Path secret = Files.writeString(base.resolve("secret"), "{}");
    model.without("tokenizer_config.json");
    Files.createSymbolicLink(base.resolve("given/tokenizer_config.json"), secret);
    refuses("tokenizer_config.json is a link or a folder", "cp -rL");
    model.without("tokenizer_config.json");
    Files.createDirectory(base.resolve("given/tokenizer_config.json"));
    refuses("tokenizer_config.json is a link or a folder");
  }

  @Test
  void refusesWhatIsTooLarge() throws IOException {
    model.with("config.json", " ".repeat((1 << 20) + 1));

    refuses("config.json has more than 1,048,576 bytes", "right folder");
  }

  @Test
  void refusesAnotherFamily() throws IOException {
    model.with("config.json", "\"llama\"", "\"gpt2\"");

    refuses("model_type is \"gpt2\"; expected llama, qwen3 or olmo2");
  }

  @Test
  void refusesATokenizerThatItWouldReadWrongly() throws IOException {
    model.with("tokenizer.json", "\"BPE\"", "\"Unigram\"");

    assertThatThrownBy(() -> source().tokenizer())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("pretrain.from (file:given)", "model.type Unigram");
  }

  @Test
  void refusesAModelOfFewerTokensThanItsTokenizerHas() throws IOException {
    model.with("config.json", "300", "200");

    assertThatThrownBy(() -> source().tokenizer())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "has 260 tokens, but its config.json gives the model a vocab_size of 200");
  }

  @Test
  void endsTextsAsTheTokenizerDoesOrElseTheModel() throws IOException {
    assertThat(source().tokenizer().endOfText()).isZero();
    model.with("tokenizer_config.json", "{\"eos_token\": {\"content\": \"<|im_end|>\"}}");
    assertThat(source().tokenizer().endOfText()).isEqualTo(3);
    model.with("tokenizer_config.json", "{}");
    assertThat(source().tokenizer().endOfText()).isEqualTo(5);
  }

  @Test
  void saysThatChatsNeedTheirTokens() throws IOException {
    model.with("tokenizer.json", "<|im_start|>", "<|reserved|>");
    PipelineSpec chats = spec(model.uri(), ",\"sft\":{}");

    assertThatThrownBy(() -> GivenModel.checked(chats, sources()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no special token <|im_start|>, but sft and dpo");
    assertThat(GivenModel.checked(spec(model.uri(), ""), sources())).isPresent();
  }

  @Test
  void plansWithTheDimensionsOfTheModel() {
    PipelineSpec spec = spec(model.uri(), "");

    PlanEstimate plan = Planner.estimate(spec, GivenModel.checked(spec, sources()), 1_000_000, 1e9);

    // 2 blocks of 12,288 + 33,792 + 128, a norm, and 300 embeddings and outputs of 64
    assertThat(plan.parameters()).isEqualTo(2 * (12_288 + 33_792 + 128) + 64 + 2 * 300 * 64);
  }

  @Test
  void tokenizesWithTheTokenizerOfTheModel() throws IOException {
    model.with("tokenizer_config.json", "{\"eos_token\": \"<|im_end|>\"}");
    PipelineSpec spec = spec(model.uri(), ",\"tokenize\":{\"validationFraction\":0.3}");
    StageRun run = new StageRun(store.store(), sources(), spec);
    SortedMap<String, List<Document>> shards = new TreeMap<>();
    shards.put("a", List.of(StageRun.document("a:1", "ab"), StageRun.document("a:2", "cde")));
    SortedMap<Stage, ArtifactRef> inputs = new TreeMap<>();
    inputs.put(Stage.DECONTAMINATE, run.given(Stage.DECONTAMINATE, shards));

    StageRun.Outcome outcome = run.run(new TokenizeStage(), inputs, "given", 1);

    Artifacts artifacts = outcome.artifacts();
    Manifest manifest = outcome.manifest();
    TokenIndex index = Json.read(artifacts.read(outcome.ref(), TokenIndex.NAME), TokenIndex.class);
    assertThat(index.vocabularySize()).isEqualTo(260);
    assertThat(index.endOfText()).isEqualTo(3);
    assertThat(manifest.counts()).containsEntry("vocabulary", 260L);
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      assertThat(artifacts.read(outcome.ref(), name))
          .isEqualTo(Files.readAllBytes(base.resolve("given").resolve(name)));
    }
  }

  @Test
  void beginsTextsAsTheTokenizerDoes() throws IOException {
    model.with(
        "tokenizer.json",
        "\"post_processor\": null",
        """
        "post_processor": {"type": "TemplateProcessing",
          "single": [{"SpecialToken": {"id": "<|im_start|>"}}, {"Sequence": {"id": "A"}}],
          "special_tokens": {"<|im_start|>": {"ids": [2]}}}
        """);
    PipelineSpec spec = spec(model.uri(), ",\"tokenize\":{\"validationFraction\":0.3}");
    StageRun run = new StageRun(store.store(), sources(), spec);
    SortedMap<String, List<Document>> shards = new TreeMap<>();
    shards.put("a", List.of(StageRun.document("a:1", "ab"), StageRun.document("a:2", "c<|pad|>")));
    SortedMap<Stage, ArtifactRef> inputs = new TreeMap<>();
    inputs.put(Stage.DECONTAMINATE, run.given(Stage.DECONTAMINATE, shards));

    StageRun.Outcome outcome = run.run(new TokenizeStage(), inputs, "begun", 1);

    Artifacts artifacts = outcome.artifacts();
    TokenIndex index = Json.read(artifacts.read(outcome.ref(), TokenIndex.NAME), TokenIndex.class);
    assertThat(index.beginOfText()).isEqualTo(2);
    assertThat(index.beforeText()).isEqualTo(2);
    for (TokenIndex.Language language : index.languages().values()) {
      for (TokenIndex.Part part : language.parts()) {
        byte[] tokens = artifacts.read(outcome.ref(), part.name());
        assertThat(tokens).startsWith(2, 0).endsWith(0, 0);
        assertThat(part.tokens()).isEqualTo(tokens.length / 2);
      }
    }
  }

  @Test
  void otherTokenizersGiveOtherTokens() throws IOException {
    TokenizeStage stage = new TokenizeStage();
    List<String> first = stage.externalInputs(spec(model.uri(), ""), sources());
    model.with("model.safetensors", "weighty");
    assertThat(stage.externalInputs(spec(model.uri(), ""), sources())).isEqualTo(first);
    model.with("tokenizer_config.json", "{}");
    assertThat(stage.externalInputs(spec(model.uri(), ""), sources())).isNotEqualTo(first);
  }
}
