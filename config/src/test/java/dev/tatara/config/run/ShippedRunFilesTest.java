package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ShippedRunFilesTest {
  private static final Path HOME = Path.of(System.getProperty("tatara.home"));

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(HOME.resolve("config/runs"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @Test
  void shipsTheRunsThatTheDocsName() throws IOException {
    assertThat(files())
        .extracting(file -> file.getFileName().toString())
        .contains("quickstart.yaml", "ci.yaml", "laptop-15m.yaml");
  }

  @ParameterizedTest
  @MethodSource("files")
  void isNamedLikeItsFile(Path file) {
    assertThat(RunFile.load(file).name() + ".yaml").isEqualTo(file.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("files")
  void findsItsData(Path file) {
    assertThat(RunFile.missingFiles(RunFile.load(file), HOME)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void survivesTheWayThroughTemporal(Path file) {
    RunDocument document = RunFile.load(file);

    assertThat(Json.read(Json.bytes(document), RunDocument.class)).isEqualTo(document);
  }

  @ParameterizedTest
  @MethodSource("files")
  void isTheSameDocumentWhenWrittenAsJson(Path file) {
    RunDocument document = RunFile.load(file);

    assertThat(RunFile.parse(Json.pretty(document), "as JSON")).isEqualTo(document);
  }
}
