package dev.tatara.activities.decontaminate;

import static dev.tatara.activities.data.StageRun.document;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.activities.data.GivenFiles;
import dev.tatara.activities.data.StageRun;
import dev.tatara.activities.data.StoreOnDisk;
import dev.tatara.base.document.Document;
import dev.tatara.base.document.Rejected;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.PipelineSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecontaminateStageTest {
  private static final GivenFiles FILES =
      new GivenFiles()
          .withShipped("eval/commonsenseqa-dev.jsonl")
          .withShipped("eval/jcommonsenseqa-valid.jsonl");

  private static final PipelineSpec SPEC =
      StageRun.spec(
          """
          {"seed":1,"collect":{},"pretrain":{},"evaluate":{"tasks":[
            {"name":"csqa","uri":"file:eval/commonsenseqa-dev.jsonl","format":"commonsenseqa","limit":1},
            {"name":"jcqa","uri":"file:eval/jcommonsenseqa-valid.jsonl","format":"jcommonsenseqa","limit":1}]}}
          """);

  private static StoreOnDisk server;

  @BeforeAll
  static void start(@TempDir Path directory) {
    server = new StoreOnDisk(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void dropsDocumentsThatContainAnEnglishQuestion() {
    var outcome =
        decontaminate(
            document(
                "a:1",
                "Quiz night!\n\nA REVOLVING door is convenient for two-direction travel; but it"
                    + " also serves as a security measure at a what?"),
            document("a:2", "A revolving door is convenient for two people who meet at a bank."));

    assertThat(ids(outcome.kept())).containsExactly("a:2");
    assertThat(outcome.dropped())
        .singleElement()
        .returns("evaluation-overlap", Rejected::reason)
        .returns(
            "task csqa, item 1afa02df02c908a558b4036e80242fac: 13 words in common",
            Rejected::detail);
  }

  @Test
  void dropsDocumentsThatContainAJapaneseQuestion() {
    var outcome =
        decontaminate(
            document("a:1", "昨日の問題。電子機器で使用される最も主要な電子回路基板の事をなんと言う?答えは明日。"),
            document("a:2", "電子機器で使用される部品には、マザーボードやハードディスクなどがある。"));

    assertThat(ids(outcome.kept())).containsExactly("a:2");
    assertThat(outcome.dropped().get(0).detail()).startsWith("task jcqa, item 8939: ");
  }

  @Test
  void looksForItemsBeyondTheLimitToo() {
    var outcome = decontaminate(document("a:1", "では、田んぼが広がる風景を何という？さて。"));

    assertThat(outcome.dropped())
        .singleElement()
        .returns("task jcqa, item 8940: 14 characters in common", Rejected::detail);
  }

  @Test
  void looksForTheWholeOfAShortQuestion() {
    var outcome =
        decontaminate(
            document("a:1", "So what do people aim to do at work? They want to be paid."),
            document("a:2", "People aim to do good work, and that is what they are paid for."));

    assertThat(ids(outcome.kept())).containsExactly("a:2");
  }

  @Test
  void findsAQuestionThatIsTooShortAloneByItsChoices() {
    // 「空を飛ぶ」 alone is innocent; with its choices it is the item.
    var files =
        new GivenFiles()
            .with(
                "file:a.jsonl",
                "{\"q_id\":7,\"question\":\"空を飛ぶ\",\"choice0\":\"飛行機\",\"choice1\":\"自動車\","
                    + "\"choice2\":\"自転車\",\"label\":0}");
    var spec =
        StageRun.spec(
            """
            {"seed":1,"collect":{},"pretrain":{},"evaluate":{"tasks":[
              {"name":"t","uri":"file:a.jsonl","format":"jcommonsenseqa"}]}}
            """);

    var outcome =
        run(files, spec, document("a:1", "鳥は空を飛ぶ。飛行機も空を飛ぶ。"), document("a:2", "空を飛ぶ？　飛行機・自動車・自転車"));

    assertThat(ids(outcome.kept())).containsExactly("a:1");
  }

  @Test
  void accountsForEveryDocument() {
    var outcome =
        decontaminate(
            document("a:1", "What do people aim to do at work?"),
            document("b:1", "Nothing that was asked anywhere."));

    assertThat(outcome.manifest().account().total().kept()).isEqualTo(1);
    assertThat(outcome.manifest().account().total().dropped())
        .containsEntry("evaluation-overlap", 1L);
    assertThat(outcome.manifest().counts()).containsEntry("documents", 1L);
  }

  @Test
  void keepsEverythingWithoutTasks() {
    var spec = StageRun.spec("{\"seed\":1,\"collect\":{},\"pretrain\":{}}");

    assertThat(run(FILES, spec, document("a:1", "What do people aim to do at work?")).kept())
        .hasSize(1);
  }

  @Test
  void isMadeAnewWhenAFileChanges() {
    DecontaminateStage stage = new DecontaminateStage();
    var changed =
        new GivenFiles()
            .withShipped("eval/commonsenseqa-dev.jsonl")
            .with("file:eval/jcommonsenseqa-valid.jsonl", "{}");

    assertThat(stage.externalInputs(SPEC, FILES))
        .hasSize(2)
        .isNotEqualTo(stage.externalInputs(SPEC, changed));
    assertThat(Json.text(stage.config(SPEC)))
        .contains("\"cjkNgram\":20", "\"csqa\"")
        .doesNotContain("limit", "file:");
  }

  private static List<String> ids(List<Document> documents) {
    return documents.stream().map(Document::id).toList();
  }

  private static StageRun.Outcome decontaminate(Document... documents) {
    return run(FILES, SPEC, documents);
  }

  private static StageRun.Outcome run(GivenFiles files, PipelineSpec spec, Document... documents) {
    StageRun run = new StageRun(server.store(), files, spec);
    TreeMap<String, List<Document>> shards = new TreeMap<>(Map.of("a-00000", List.of(documents)));
    ArtifactRef dedup = run.given(Stage.DEDUP, shards);
    return run.run(
        new DecontaminateStage(),
        new TreeMap<>(Map.of(Stage.DEDUP, dedup)),
        Json.digest(List.of(spec, shards)),
        1);
  }
}
