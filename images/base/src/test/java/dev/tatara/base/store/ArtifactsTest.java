package dev.tatara.base.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
  @TempDir private static Path directory;
  @TempDir private static Path copy;
  private static StoreForTests server;
  private static Artifacts artifacts;

  @BeforeAll
  static void start() {
    server = new StoreForTests(directory);
    artifacts = new Artifacts(server.store());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ManifestObject put(String fingerprint, String name, String text) {
    return artifacts.put(
        Artifacts.prefix(Stage.CLEAN, fingerprint), name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Manifest manifest(String fingerprint, ManifestObject... objects) {
    return new Manifest(
        Stage.CLEAN,
        fingerprint,
        "1",
        new TreeMap<>(),
        List.of(objects),
        new TreeMap<>(Map.of("documents", 2L)),
        Account.EMPTY);
  }

  @Test
  void existsOnceTheManifestIsWritten() {
    ManifestObject object = put("f1", "data/a", "text");
    assertThat(artifacts.find(Stage.CLEAN, "f1")).isEmpty();

    ArtifactRef ref = artifacts.commit(manifest("f1", object));

    assertThat(artifacts.find(Stage.CLEAN, "f1")).contains(ref);
    assertThat(artifacts.manifest(ref)).isEqualTo(manifest("f1", object));
    assertThat(artifacts.read(ref, "data/a")).asString().isEqualTo("text");
    assertThat(ref.uri()).isEqualTo("s3://tatara/artifacts/clean/f1");
  }

  @Test
  void aSecondAttemptWithTheSameBytesGetsTheSameRef() {
    ManifestObject object = put("f2", "data/a", "text");

    assertThat(artifacts.commit(manifest("f2", object)))
        .isEqualTo(artifacts.commit(manifest("f2", object)));
  }

  @Test
  void aSecondAttemptWithOtherBytesIsRefused() {
    artifacts.commit(manifest("f3", put("f3", "data/a", "text")));

    Manifest other = manifest("f3", new ManifestObject("data/a", 1, "00"));

    assertThatThrownBy(() -> artifacts.commit(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("made twice with different bytes");
  }

  @Test
  void anAccountThatDoesNotAddUpIsRefused() {
    Account wrong =
        new Account(new TreeMap<>(Map.of("web", new Account.Row(3, 1, new TreeMap<>(), 9, 3))));
    Manifest manifest =
        new Manifest(Stage.CLEAN, "f4", "1", new TreeMap<>(), List.of(), new TreeMap<>(), wrong);

    assertThatThrownBy(() -> artifacts.commit(manifest))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2 are unaccounted for");
    assertThat(artifacts.find(Stage.CLEAN, "f4")).isEmpty();
  }

  @Test
  void readersSeeEveryKindOfDamage() {
    ArtifactRef ref =
        artifacts.commit(manifest("f5", put("f5", "a", "text"), put("f5", "b", "text")));
    server.store().write("artifacts/clean/f5/a", "tex!".getBytes(StandardCharsets.UTF_8));
    server.store().write("artifacts/clean/f5/b", "tex".getBytes(StandardCharsets.UTF_8));

    for (String name : List.of("a", "b")) {
      assertThatThrownBy(() -> artifacts.read(ref, name))
          .isInstanceOf(CorruptArtifactException.class)
          .hasMessageContaining("s3://tatara/artifacts/clean/f5/" + name)
          .hasMessageContaining("Delete that prefix and run again");
    }
    assertThatThrownBy(() -> artifacts.manifest(new ArtifactRef(ref.uri(), "00")))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("but 00 was expected");
    assertThatThrownBy(() -> artifacts.read(ref, "c"))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("has no object c");
  }

  @Test
  void downloadsIntoADirectoryAndNeverBesideIt() {
    ArtifactRef ref =
        artifacts.commit(manifest("f6", put("f6", "x/y/z.txt", "deep"), put("f6", "a", "flat")));
    ArtifactRef escaping =
        artifacts.commit(manifest("f7", new ManifestObject("../beside", 0, "00")));

    artifacts.download(ref, copy);

    assertThat(copy.resolve("x/y/z.txt")).hasContent("deep");
    assertThat(copy.resolve("a")).hasContent("flat");
    assertThatThrownBy(() -> artifacts.download(escaping, copy))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("outside of it: ../beside");
  }
}
