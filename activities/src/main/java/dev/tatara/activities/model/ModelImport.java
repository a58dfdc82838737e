package dev.tatara.activities.model;

import dev.tatara.activities.data.Sources.SourceFile;
import dev.tatara.base.store.Artifacts;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.Account;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Copies a given model into the store as an artifact, once: where it lies and what it is called
 * does not matter, only the bytes of its files do.
 */
public final class ModelImport {
  private static final String CODE_VERSION = "import-1";

  private ModelImport() {}

  /** All that decides the bytes: digests by name. */
  private record Fingerprint(Stage stage, String codeVersion, SortedMap<String, String> files) {}

  /**
   * The artifact, made now unless it was made before.
   *
   * @throws dev.tatara.config.InvalidInputException if a file is missing or changes meanwhile
   */
  public static ArtifactRef of(Artifacts artifacts, ModelSource source) {
    List<SourceFile> files = new ArrayList<>(source.all());
    files.sort(Comparator.comparing(SourceFile::name));
    SortedMap<String, String> digests = new TreeMap<>();
    files.forEach(file -> digests.put(file.name(), file.digest()));
    String fingerprint = Json.digest(new Fingerprint(Stage.PRETRAIN, CODE_VERSION, digests));
    return artifacts
        .find(Stage.PRETRAIN, fingerprint)
        .orElseGet(() -> copy(artifacts, source, files, fingerprint));
  }

  private static ArtifactRef copy(
      Artifacts artifacts, ModelSource source, List<SourceFile> files, String fingerprint) {
    String prefix = Artifacts.prefix(Stage.PRETRAIN, fingerprint);
    List<ManifestObject> objects = new ArrayList<>();
    for (SourceFile file : files) {
      copy(artifacts, source, file, prefix + file.name());
      objects.add(new ManifestObject(file.name(), file.size(), file.digest()));
    }
    return artifacts.commit(
        new Manifest(
            Stage.PRETRAIN,
            fingerprint,
            CODE_VERSION,
            new TreeMap<>(),
            objects,
            new TreeMap<>(),
            Account.EMPTY));
  }

  private static void copy(Artifacts artifacts, ModelSource source, SourceFile file, String key) {
    try (InputStream in = source.open(file)) {
      DigestInputStream digested = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"));
      artifacts.store().write(key, digested, file.size());
      boolean longer = digested.read() >= 0;
      String digest = HexFormat.of().formatHex(digested.getMessageDigest().digest());
      if (longer || !digest.equals(file.digest())) {
        throw ModelSource.changed(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read".formatted(file.uri()), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
