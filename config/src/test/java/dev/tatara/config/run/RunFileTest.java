package dev.tatara.config.run;

import static dev.tatara.config.run.RunTexts.SOUND;
import static dev.tatara.config.run.RunTexts.refusal;
import static dev.tatara.config.run.RunTexts.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.strict.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFileTest {
  @TempDir Path folder;

  @Test
  void saysEverythingThatIsWrongAtOnce() {
    String yaml =
        SOUND
            .replace("tokens: 100k", "tokns: 100k")
            .replace("workers: 2", "workers: two")
            .replace("batchTokens: 8192", "batchTokens: 1000")
            .replace("license: CC-BY-4.0", "licence: CC-BY-4.0")
            .replace("format: jsonl", "format: json")
            .replace("metric: acc.csqa", "metric: acc.csq");

    assertThat(refusal(yaml))
        .isEqualTo(
            """
            run.yaml: 6 problems
              spec.collect.sources[0].license (line 9) is missing, but must be given; add license: CC-BY-4.0
              spec.collect.sources[0].licence (line 12) is not a known key, but must be one of format, language, license, name, textField, uri; did you mean license?
              spec.collect.sources[1].format (line 15) is the text "json", but must be one of warc, html, jsonl, text; did you mean jsonl?
              spec.pretrain.tokns (line 26) is not a known key, but must be one of batchTokens, checkpoint, dimensions, divergence, execution, from, loss, microBatch, model, optimizer, sequenceLength, tokens, validation, workers; did you mean tokens?
              spec.pretrain.workers (line 27) is the text "two", but must be a whole number; write one like 2, without quotes
              spec.gate.rules[0].metric (line 43) is "acc.csq", but must name one of evaluate.tasks (csqa); did you mean acc.csqa?\
            """);
  }

  @Test
  void saysWhatADocumentMustHave() {
    assertThat(refusal("spec: {}"))
        .isEqualTo(
            """
            run.yaml: 6 problems
              apiVersion is missing, but must be given; add apiVersion: tatara.dev/v1alpha1
              kind is missing, but must be given; add kind: TrainingPipeline
              metadata is missing, but must be given; add "metadata:" with its keys name
              spec.seed (line 1) is missing, but must be given; add seed: 1
              spec.collect (line 1) is missing, but must be given; add "collect:" with its keys sources
              spec.pretrain (line 1) is missing, but must be given; add "pretrain:" with its keys model, dimensions, from, tokens, workers, sequenceLength, batchTokens, microBatch, loss, optimizer, checkpoint, validation, divergence, execution\
            """);
  }

  @Test
  void neverFailsOnAHalfWrittenDocument() {
    for (int end = 0; end < SOUND.length(); end++) {
      String yaml = SOUND.substring(0, end);
      try {
        RunFile.parse(yaml, "run.yaml");
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageStartingWith("run.yaml");
      }
    }
  }

  @Test
  void neverFailsOnALostLine() {
    String[] lines = SOUND.split("\n");
    for (int lost = 0; lost < lines.length; lost++) {
      String line = lines[lost];
      lines[lost] = "";
      try {
        RunFile.parse(String.join("\n", lines), "run.yaml");
      } catch (InvalidInputException e) {
        assertThat(e).hasMessageStartingWith("run.yaml");
      }
      lines[lost] = line;
    }
  }

  @Test
  void survivesTheWayThroughTemporal() {
    RunDocument document = RunFile.parse(SOUND, "run.yaml");

    assertThat(Json.read(Json.bytes(document), RunDocument.class)).isEqualTo(document);
  }

  @Test
  void fillsAnOptimizerWithTheDefaultsOfItsStage() {
    String yaml =
        with("    batch: 16\n", "    batch: 16\n    optimizer: {clip: 0.5}\n")
            .replace("    batch: 8\n", "    batch: 8\n    optimizer: {learningRate: 5e-6}\n")
            .replace("    workers: 2\n", "    workers: 2\n    optimizer: {warmup: 0.1}\n");

    PipelineSpec spec = RunFile.parse(yaml, "run.yaml").spec();

    assertThat(spec.pretrain().optimizer())
        .isEqualTo(OptimizerConfig.adamW(3e-3, 0.1, 0.1, 0.9, 0.95, 1e-8, 0.1, 1.0));
    assertThat(spec.sft())
        .isNotNull()
        .extracting(SftConfig::optimizer)
        .isEqualTo(OptimizerConfig.adamW(1e-3, 0.1, 0.05, 0.9, 0.95, 1e-8, 0.0, 0.5));
    assertThat(spec.dpo())
        .isNotNull()
        .extracting(DpoConfig::optimizer)
        .isEqualTo(OptimizerConfig.adamW(5e-6, 0.1, 0.05, 0.9, 0.95, 1e-8, 0.0, 1.0));
  }

  @Test
  void loadsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), "\uFEFF" + SOUND);

    assertThat(RunFile.load(file).name()).isEqualTo("tiny");
  }

  @Test
  void namesTheFileThatIsMissing() {
    Path file = folder.resolve("none.yaml");

    assertThatThrownBy(() -> RunFile.load(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "There is no file %s; give the path of a run document, for example config/runs/quickstart.yaml"
                .formatted(file));
  }

  @Test
  void refusesAFolder() {
    assertThatThrownBy(() -> RunFile.load(folder))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "%s cannot be read (Is a directory); check that it is a file and that you may read it"
                .formatted(folder));
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    Path file = folder.resolve("run.yaml");
    Files.write(file, "name: Grün".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> RunFile.load(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(file + " is not UTF-8 text; a run document is YAML; save it as UTF-8");
  }

  @Test
  void doesNotReadAHugeFile() throws IOException {
    Path file = folder.resolve("data.bin");
    Files.write(file, new byte[(4 << 20) + 1]);

    assertThatThrownBy(() -> RunFile.load(file))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            file
                + " has more than 4,194,304 bytes; a run document is a short text; is this the right"
                + " file?");
  }

  @Test
  void findsNothingMissingWhenAllIsThere() throws IOException {
    for (String name : new String[] {"web.warc.gz", "books.jsonl", "chats.jsonl", "csqa.jsonl"}) {
      Files.createFile(folder.resolve(name));
    }
    Files.createFile(folder.resolve("pairs.jsonl"));

    assertThat(RunFile.missingFiles(document("file:web.*.gz"), folder)).isEmpty();
    assertThat(RunFile.missingFiles(document("file://" + folder + "/web.warc.gz"), folder))
        .isEmpty();
    assertThat(RunFile.missingFiles(document("s3://bucket/none"), folder)).isEmpty();
  }

  @Test
  void namesAFolderThatIsMissing() throws IOException {
    String given = RunTexts.with("model: 1m", "from: file:tiny");

    assertThat(RunFile.missingFiles(RunFile.parse(given, "run.yaml"), folder))
        .extracting(Problem::sentence)
        .contains(
            "spec.pretrain.from is file:tiny, but must name a folder with a config.json; there is no"
                + " folder "
                + folder.resolve("tiny")
                + "; create it, or correct the path");
    Files.createDirectory(folder.resolve("tiny"));
    Files.createFile(folder.resolve("tiny/config.json"));
    assertThat(RunFile.missingFiles(RunFile.parse(given, "run.yaml"), folder))
        .extracting(Problem::sentence)
        .noneMatch(problem -> problem.contains("pretrain.from"));
  }

  @Test
  void namesEveryFileThatIsMissing() throws IOException {
    Files.createFile(folder.resolve("web.gzip"));
    Files.createFile(folder.resolve("chats.jsonl"));
    Files.createFile(folder.resolve("pairs.jsonl"));
    Files.createFile(folder.resolve("csqa.jsonl"));

    assertThat(RunFile.missingFiles(document("file:web*.gz"), folder))
        .extracting(Problem::sentence)
        .containsExactly(
            "spec.collect.sources[0].uri is file:web*.gz, but must match at least one file; did you"
                + " mean web.gzip?",
            "spec.collect.sources[1].uri is file:books.jsonl, but must name a file; did you mean"
                + " chats.jsonl?");
    assertThat(RunFile.missingFiles(document("file:raw/web.gz"), folder))
        .extracting(Problem::sentence)
        .first()
        .isEqualTo(
            "spec.collect.sources[0].uri is file:raw/web.gz, but must name a file in a folder that"
                + " exists; there is no folder "
                + folder.resolve("raw")
                + "; create it, or correct the path");
  }

  private static RunDocument document(String uri) {
    return RunFile.parse(with("file:web.warc.gz", '"' + uri + '"'), "run.yaml");
  }
}
