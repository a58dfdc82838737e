package dev.tatara.activities.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.activities.data.Sources.SourceFile;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.embedded.EmbeddedObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemeSourcesTest {
  private static final StoreSettings NOWHERE =
      new StoreSettings("http://127.0.0.1:1", "us-east-1", "a", "b", "tatara", "");

  @TempDir Path folder;

  @Test
  void listsFilesThatTheStarMatchesInOrder() throws IOException {
    for (String name : List.of("b.txt", "a.txt", "a.txt.bak", "c.md")) {
      Files.writeString(folder.resolve(name), name);
    }
    SchemeSources sources = sources(NOWHERE);

    List<SourceFile> files = sources.list("file:*.txt");

    assertThat(files).extracting(SourceFile::uri).containsExactly("file:a.txt", "file:b.txt");
    assertThat(files.get(0).digest()).isEqualTo(Json.sha256(bytes("a.txt")));
    assertThat(files.get(0).size()).isEqualTo(5);
    assertThat(sources.list("file://" + folder + "/c.md")).hasSize(1);
    assertThat(read(sources, files.get(1))).isEqualTo("b.txt");
  }

  @Test
  void seesThatAFileHasChanged() throws IOException {
    SchemeSources sources = sources(NOWHERE);
    Files.writeString(folder.resolve("a.txt"), "one");
    String before = sources.list("file:a.txt").get(0).digest();

    Files.writeString(folder.resolve("a.txt"), "other");

    assertThat(sources.list("file:a.txt").get(0).digest()).isNotEqualTo(before);
  }

  @Test
  void saysWhereItLookedAndWhatIsThere() throws IOException {
    Files.writeString(folder.resolve("corpus-en.jsonl"), "x");

    assertThatThrownBy(() -> sources(NOWHERE).list("file:corpus_en.jsonl"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("file:corpus_en.jsonl matches no file in " + folder)
        .hasMessageContaining("nearest there: corpus-en.jsonl");
    assertThatThrownBy(() -> sources(NOWHERE).list("file:nowhere/x.jsonl"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("nowhere, which is not a directory");
  }

  @ParameterizedTest
  @CsvSource({
    "corpus.jsonl, write file:PATH",
    "ftp://host/x, write file:PATH",
    "s3://bucket, write s3://BUCKET/KEY",
    "https://host/*.gz, web servers do not list files",
    "https:/x, write https://HOST/PATH",
  })
  void saysHowAUriMustBeWritten(String uri, String remedy) {
    assertThatThrownBy(() -> sources(NOWHERE).list(uri))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(remedy);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.1.2.3/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://192.168.0.1/x",
        "https://[fd00::1]/x",
        "https://100.64.0.1/x",
        "https://0.0.0.0/x",
      })
  void refusesPrivateAddresses(String uri) {
    assertThatThrownBy(() -> new AddressPolicy(false).check(URI.create(uri)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("private address");
  }

  @Test
  void readsObjectsOfAnyBucket() throws IOException {
    try (EmbeddedObjectStore server =
        EmbeddedObjectStore.start(folder.resolve("s3"), 0, "key", "secret")) {
      StoreSettings other =
          new StoreSettings(server.endpoint(), "us-east-1", "key", "secret", "other", "");
      ObjectStore store = ObjectStore.connect(other);
      store.write("in/b.txt", bytes("B"));
      store.write("in/a.txt", bytes("A"));
      store.write("in/deep/c.txt", bytes("C"));
      SchemeSources sources = sources(other);

      List<SourceFile> files = sources.list("s3://other/in/*.txt");

      assertThat(files)
          .extracting(SourceFile::uri)
          .containsExactly("s3://other/in/a.txt", "s3://other/in/b.txt");
      assertThat(files.get(0).digest()).isEqualTo(Json.sha256(bytes("A")));
      assertThat(read(sources, files.get(1))).isEqualTo("B");
      assertThatThrownBy(() -> sources.list("s3://other/in/x.txt"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("matches no object under s3://other/in/")
          .hasMessageContaining("a.txt");
      assertThatThrownBy(() -> sources.list("s3://missing/x"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("NoSuchBucket");
    }
  }

  private SchemeSources sources(StoreSettings store) {
    return new SchemeSources(folder, folder.resolve("cache"), store, true);
  }

  private static String read(SchemeSources sources, SourceFile file) throws IOException {
    try (InputStream in = sources.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
