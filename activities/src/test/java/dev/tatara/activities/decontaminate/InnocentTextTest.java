package dev.tatara.activities.decontaminate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.activities.data.GivenFiles;
import dev.tatara.activities.evaluate.TaskFiles;
import dev.tatara.config.Json;
import dev.tatara.config.run.DecontaminateConfig;
import dev.tatara.config.run.EvaluateConfig.Task;
import dev.tatara.config.run.EvaluateConfig.TaskFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class InnocentTextTest {
  private final OverlapIndex index = index();

  private static OverlapIndex index() {
    OverlapIndex index = new OverlapIndex(DecontaminateConfig.DEFAULT);
    GivenFiles files =
        new GivenFiles()
            .withShipped("eval/commonsenseqa-dev.jsonl")
            .withShipped("eval/jcommonsenseqa-valid.jsonl");
    for (Task task :
        List.of(
            new Task("csqa", "file:eval/commonsenseqa-dev.jsonl", TaskFormat.COMMONSENSEQA, null),
            new Task(
                "jcqa", "file:eval/jcommonsenseqa-valid.jsonl", TaskFormat.JCOMMONSENSEQA, null))) {
      TaskFiles.read(files, task).forEach(item -> index.add(task.name(), item));
    }
    return index;
  }

  @Test
  void keepsNovelsThatWereWrittenBeforeTheTasks() throws IOException {
    Path works =
        Path.of(
            Objects.requireNonNull(System.getProperty("tatara.home")),
            "config/corpus/aozora-ja.jsonl.gz");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(works)), StandardCharsets.UTF_8))) {
      List<String> texts =
          lines
              .lines()
              .map(line -> Json.tree(line.getBytes(StandardCharsets.UTF_8)).get("text").asText())
              .toList();

      assertThat(texts).hasSizeGreaterThan(200);
      assertThat(texts.stream().map(index::find).flatMap(Optional::stream)).isEmpty();
    }
  }
}
