package dev.tatara.base.store;

import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Manifest;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.artifact.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Finished artifacts. They lie under {@code artifacts/<stage>/<fingerprint>/}, so the same work is
 * found again by any run; the manifest is written last and only once, and readers verify.
 */
public final class Artifacts {
  private static final String MANIFEST = "manifest.json";

  private final ObjectStore store;

  public Artifacts(ObjectStore store) {
    this.store = store;
  }

  /** Key prefix of the artifact with this fingerprint, ending in a slash. */
  public static String prefix(Stage stage, String fingerprint) {
    return "artifacts/%s/%s/".formatted(stage.word(), fingerprint);
  }

  /** The finished artifact with this fingerprint, if there is one. */
  public Optional<ArtifactRef> find(Stage stage, String fingerprint) {
    String prefix = prefix(stage, fingerprint);
    return store.readIfPresent(prefix + MANIFEST).map(bytes -> ref(prefix, bytes));
  }

  /**
   * Writes the manifest, which makes the artifact exist. If another attempt was first with the same
   * bytes, its ref is returned.
   *
   * @throws IllegalStateException if one with other bytes exists: the stage is not deterministic
   */
  public ArtifactRef commit(Manifest manifest) {
    manifest.account().balanced(manifest.stage().word());
    String prefix = prefix(manifest.stage(), manifest.fingerprint());
    byte[] bytes = Json.bytes(manifest);
    ArtifactRef mine = ref(prefix, bytes);
    if (store.writeIfAbsent(prefix + MANIFEST, bytes)) {
      return mine;
    }
    ArtifactRef theirs = ref(prefix, store.read(prefix + MANIFEST));
    if (!theirs.equals(mine)) {
      throw new IllegalStateException(
          "%s was made twice with different bytes: manifest %s, then %s. The stage %s is not deterministic; please report it"
              .formatted(theirs.uri(), theirs.digest(), mine.digest(), manifest.stage().word()));
    }
    return theirs;
  }

  private ArtifactRef ref(String prefix, byte[] manifest) {
    return new ArtifactRef(
        store.uri(prefix.substring(0, prefix.length() - 1)), Json.sha256(manifest));
  }

  /**
   * The manifest behind a ref.
   *
   * @throws CorruptArtifactException if its digest is not the ref's
   */
  public Manifest manifest(ArtifactRef ref) {
    byte[] bytes = store.read(store.key(ref.uri()) + "/" + MANIFEST);
    String digest = Json.sha256(bytes);
    if (!digest.equals(ref.digest())) {
      throw new CorruptArtifactException(
          "The manifest of %s has SHA-256 %s, but %s was expected. Delete that prefix and run again to make it anew"
              .formatted(ref.uri(), digest, ref.digest()));
    }
    return Json.read(bytes, Manifest.class);
  }

  /** Key of one object of an artifact. */
  public String key(ArtifactRef ref, String name) {
    return store.key(ref.uri()) + "/" + name;
  }

  /**
   * One object as a whole, verified.
   *
   * @throws CorruptArtifactException if size or digest are not the manifest's
   */
  public byte[] read(ArtifactRef ref, ManifestObject object) {
    return verified(ref, object, store.read(key(ref, object.name())));
  }

  /** One object by name, verified. */
  public byte[] read(ArtifactRef ref, String name) {
    ManifestObject object =
        manifest(ref).objects().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new CorruptArtifactException(
                        "%s has no object %s; it was made by another version"
                            .formatted(ref.uri(), name)));
    return read(ref, object);
  }

  /** Copies all objects into a directory, verified. */
  public void download(ArtifactRef ref, Path directory) {
    for (ManifestObject object : manifest(ref).objects()) {
      Path target = directory.resolve(object.name()).normalize();
      if (!target.startsWith(directory)) {
        throw new CorruptArtifactException(
            "%s names an object outside of it: %s".formatted(ref.uri(), object.name()));
      }
      try {
        Files.createDirectories(target.getParent());
        Files.write(target, read(ref, object));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Copies one object into a file, verified, without holding it in memory.
   *
   * @throws CorruptArtifactException if size or digest are not the manifest's
   */
  public void fetch(ArtifactRef ref, ManifestObject object, Path file) {
    try (InputStream in = open(ref, object.name())) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Files.copy(new DigestInputStream(in, digest), file, StandardCopyOption.REPLACE_EXISTING);
      String sha256 = HexFormat.of().formatHex(digest.digest());
      if (Files.size(file) != object.size() || !sha256.equals(object.sha256())) {
        throw mismatch(ref, object, Files.size(file), sha256);
      }
    } catch (IOException e) {
      throw new StoreException("read", ref.uri() + "/" + object.name(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Writes an object of an artifact that is being made, and returns its line for the manifest. */
  public ManifestObject put(String prefix, String name, byte[] bytes) {
    store.write(prefix + name, bytes);
    return new ManifestObject(name, bytes.length, Json.sha256(bytes));
  }

  private static byte[] verified(ArtifactRef ref, ManifestObject object, byte[] bytes) {
    String sha256 = Json.sha256(bytes);
    if (bytes.length != object.size() || !sha256.equals(object.sha256())) {
      throw mismatch(ref, object, bytes.length, sha256);
    }
    return bytes;
  }

  private static CorruptArtifactException mismatch(
      ArtifactRef ref, ManifestObject object, long size, String sha256) {
    return new CorruptArtifactException(
        "%s/%s has %d bytes with SHA-256 %s, but the manifest says %d bytes with %s. Delete that prefix and run again to make it anew"
            .formatted(ref.uri(), object.name(), size, sha256, object.size(), object.sha256()));
  }

  /** The store below. */
  public ObjectStore store() {
    return store;
  }

  /** A stream over one object, not verified; for objects too large for memory. */
  public InputStream open(ArtifactRef ref, String name) {
    return store.open(key(ref, name));
  }
}
