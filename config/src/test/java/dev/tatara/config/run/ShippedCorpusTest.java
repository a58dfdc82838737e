package dev.tatara.config.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShippedCorpusTest {
  private static final Path CORPUS = RunSchemaTest.HOME.resolve("config/corpus");
  private static final long MOST_BYTES = 20_000_000;

  @Test
  void namesEveryFileInItsTableAndInTheNotice() throws IOException {
    String table = Files.readString(CORPUS.resolve("README.md"));
    String notice = Files.readString(RunSchemaTest.HOME.resolve("NOTICE"));

    assertThat(data()).hasSizeGreaterThan(8);
    assertThat(data()).allSatisfy(file -> assertThat(table).contains("`" + file + "`"));
    assertThat(data())
        .allSatisfy(
            file -> assertThat(notice).contains(CORPUS.resolve(file).getFileName().toString()));
  }

  @Test
  void hasTheLicencesThatTheNoticeNames() throws IOException {
    String notice = Files.readString(RunSchemaTest.HOME.resolve("NOTICE"));

    try (Stream<Path> licenses = Files.list(CORPUS.resolve("licenses"))) {
      assertThat(licenses.map(file -> "(licenses/" + file.getFileName() + ")"))
          .hasSizeGreaterThan(6)
          .allSatisfy(named -> assertThat(notice).contains(named));
    }
  }

  @Test
  void isSmallEnoughToClone() throws IOException {
    assertThat(data().stream().mapToLong(file -> size(CORPUS.resolve(file))).sum())
        .isLessThan(MOST_BYTES);
  }

  private static List<String> data() throws IOException {
    try (Stream<Path> files = Files.walk(CORPUS)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> CORPUS.relativize(file).toString().replace('\\', '/'))
          .filter(file -> !file.endsWith(".md") && !file.startsWith("licenses/"))
          .sorted()
          .toList();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
