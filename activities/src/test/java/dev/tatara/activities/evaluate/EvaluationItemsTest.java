package dev.tatara.activities.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.tatara.activities.data.GivenFiles;
import dev.tatara.activities.data.StageRun;
import dev.tatara.activities.data.StoreOnDisk;
import dev.tatara.base.document.ChoiceItem;
import dev.tatara.base.document.DocumentShard;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.run.EvaluateConfig.Task;
import dev.tatara.config.run.EvaluateConfig.TaskFormat;
import dev.tatara.config.run.PipelineSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationItemsTest {
  private static final String GOOD =
      """
      {"q_id": 1, "question": "空を飛ぶものは？", "choice0": "鳥", "choice1": "石", "label": 0}
      """;

  private static final Task ENGLISH =
      new Task("csqa", "file:commonsenseqa-dev.jsonl", TaskFormat.COMMONSENSEQA, null);

  private static Task japanese(String uri) {
    return new Task("jcqa", uri, TaskFormat.JCOMMONSENSEQA, null);
  }

  @Test
  void readsTheShippedEnglishTask() {
    GivenFiles files = new GivenFiles().withShipped("eval/commonsenseqa-dev.jsonl");

    List<ChoiceItem> items = EvaluationItems.read(files, shipped(ENGLISH));

    assertThat(items).hasSize(1221);
    assertThat(items.get(0))
        .isEqualTo(
            new ChoiceItem(
                "1afa02df02c908a558b4036e80242fac",
                "Question: A revolving door is convenient for two direction travel, but it also"
                    + " serves as a security measure at a what?\nAnswer:",
                " ",
                List.of("bank", "library", "department store", "mall", "new york"),
                0));
  }

  private static Task shipped(Task task) {
    return new Task(
        task.name(), task.uri().replace("file:", "file:eval/"), task.format(), task.limit());
  }

  @Test
  void readsTheShippedJapaneseTask() {
    GivenFiles files = new GivenFiles().withShipped("eval/jcommonsenseqa-valid.jsonl");

    List<ChoiceItem> items =
        EvaluationItems.read(files, japanese("file:eval/jcommonsenseqa-valid.jsonl"));

    assertThat(items).hasSize(1119);
    assertThat(items.get(1))
        .isEqualTo(
            new ChoiceItem(
                "8940", "質問：田んぼが広がる風景を何という？\n回答：", "", List.of("畑", "海", "田園", "地方", "牧場"), 2));
  }

  @Test
  void takesTheFirstItemsUpToTheLimit() {
    GivenFiles files = new GivenFiles().with("file:a.jsonl", GOOD.repeat(5));
    Task task = new Task("jcqa", "file:a.jsonl", TaskFormat.JCOMMONSENSEQA, 3);

    assertThat(EvaluationItems.read(files, task)).hasSize(3);
    assertThat(TaskFiles.read(files, task)).hasSize(5);
  }

  @Test
  void unpacksAndPassesOverBlankLines() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write((GOOD + "\r\n\n" + GOOD.strip()).getBytes(StandardCharsets.UTF_8));
    }
    GivenFiles files = new GivenFiles().with("file:a.jsonl.gz", packed.toByteArray());

    assertThat(TaskFiles.read(files, japanese("file:a.jsonl.gz"))).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"question\":\"q\"                                             | no JSON object",
        "[1]                                                             | question is missing",
        "{\"question\":\" \",\"choice0\":\"a\",\"choice1\":\"b\",\"label\":0} | question is \" \"",
        "{\"question\":\"q\",\"choice0\":\"a\",\"label\":0}              | it has 1 choices",
        "{\"question\":\"q\",\"choice0\":\"a\",\"choice1\":\"b\"}        | label is missing",
        "{\"question\":\"q\",\"choice0\":\"a\",\"choice1\":3,\"label\":0} | choice1 is 3",
        "{\"question\":\"q\",\"choice0\":\"a\",\"choice1\":\"b\",\"label\":2} | 0 to 1"
      })
  void namesFileAndLineOfAMalformedItem(String line, String problem) {
    GivenFiles files = new GivenFiles().with("file:a.jsonl", GOOD + "\n" + line);

    assertThatThrownBy(() -> EvaluationItems.read(files, japanese("file:a.jsonl")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("file:a.jsonl, line 3: ")
        .hasMessageContaining(problem)
        .hasMessageContaining("Correct the line");
  }

  @Test
  void saysWhichAnswersAnEnglishItemCouldHave() {
    String line =
        """
        {"answerKey":"F","question":{"stem":"q","choices":[{"label":"A","text":"a"},{"label":"B","text":"b"}]}}
        """;
    GivenFiles files = new GivenFiles().with("file:commonsenseqa-dev.jsonl", line);

    assertThatThrownBy(() -> EvaluationItems.read(files, ENGLISH))
        .hasMessageContaining("line 1: answerKey is \"F\", expected one of [A, B]");
  }

  @Test
  void refusesAnEmptyFile() {
    GivenFiles files = new GivenFiles().with("file:a.jsonl", "\n");

    assertThatThrownBy(() -> EvaluationItems.read(files, japanese("file:a.jsonl")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("jcqa has no items in file:a.jsonl");
  }

  @Test
  void makesTheItemsOnceForTheSameFiles(@TempDir Path directory) {
    try (StoreOnDisk server = new StoreOnDisk(directory)) {
      Artifacts artifacts = new Artifacts(server.store());
      GivenFiles files = new GivenFiles().with("file:a.jsonl", GOOD.repeat(4));
      GivenFiles moved = new GivenFiles().with("s3://b/a.jsonl", GOOD.repeat(4));
      GivenFiles other = new GivenFiles().with("file:a.jsonl", GOOD.repeat(5));

      ArtifactRef first = EvaluationItems.prepare(artifacts, files, spec("file:a.jsonl"));

      assertThat(EvaluationItems.prepare(artifacts, files, spec("file:a.jsonl"))).isEqualTo(first);
      assertThat(EvaluationItems.prepare(artifacts, moved, spec("s3://b/a.jsonl")))
          .isEqualTo(first);
      assertThat(EvaluationItems.prepare(artifacts, other, spec("file:a.jsonl")))
          .isNotEqualTo(first);
      assertThat(artifacts.manifest(first).counts())
          .containsExactly(entry("items.all", 4L), entry("items.few", 2L));
      assertThat(DocumentShard.read(artifacts.read(first, "items/few.jsonl.zst"), ChoiceItem.class))
          .hasSize(2);
    }
  }

  private static PipelineSpec spec(String uri) {
    return StageRun.spec(
        """
        {"seed":1,"collect":{},"pretrain":{},"evaluate":{"tasks":[
          {"name":"few","uri":"%1$s","format":"jcommonsenseqa","limit":2},
          {"name":"all","uri":"%1$s","format":"jcommonsenseqa"}]}}
        """
            .formatted(uri));
  }

  @Test
  void refusesTwoTasksWithOneName() {
    GivenFiles files = new GivenFiles().with("file:a.jsonl", GOOD);
    PipelineSpec spec =
        StageRun.spec(
            """
            {"seed":1,"collect":{},"pretrain":{},"evaluate":{"tasks":[
              {"name":"one","uri":"file:a.jsonl","format":"jcommonsenseqa"},
              {"name":"one","uri":"file:a.jsonl","format":"jcommonsenseqa","limit":2}]}}
            """);

    assertThatThrownBy(() -> EvaluationItems.prepare(unreachable(), files, spec))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("two tasks with the name one");
  }

  @SuppressWarnings("NullAway") // it must fail before it touches the store
  private static Artifacts unreachable() {
    return new Artifacts(null);
  }
}
