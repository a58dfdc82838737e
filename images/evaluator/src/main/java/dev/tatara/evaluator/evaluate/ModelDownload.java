package dev.tatara.evaluator.evaluate;

import dev.tatara.base.store.Artifacts;
import dev.tatara.config.artifact.ArtifactRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model artifact as a folder on disk, verified, for as long as it is open. The place follows from
 * the artifact and the use, so that what a killed attempt left is overwritten by the next and gone
 * after it.
 */
public final class ModelDownload implements AutoCloseable {
  private final Path folder;

  private ModelDownload(Path folder) {
    this.folder = folder;
  }

  /** Downloads below {@code cache}; {@code use} keeps concurrent users apart. */
  public static ModelDownload of(Artifacts artifacts, ArtifactRef model, Path cache, String use) {
    Path folder = cache.resolve("evaluator").resolve(model.digest() + "-" + use);
    ModelDownload download = new ModelDownload(folder.toAbsolutePath().normalize());
    try {
      artifacts.download(model, download.folder);
      return download;
    } catch (RuntimeException e) {
      download.close();
      throw e;
    }
  }

  /** The Hugging Face folder. */
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
