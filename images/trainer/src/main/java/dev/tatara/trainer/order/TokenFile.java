package dev.tatara.trainer.order;

import dev.tatara.base.store.Artifacts;
import dev.tatara.base.token.TokenIndex;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.ManifestObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One object of packed tokens: fetched and verified at first use, then mapped from disk. */
final class TokenFile {
  private final Artifacts artifacts;
  private final ArtifactRef artifact;
  private final ManifestObject object;
  private final int vocabularySize;
  private final int width;
  private final Path cache;
  private @Nullable MappedByteBuffer bytes;

  TokenFile(
      Artifacts artifacts,
      ArtifactRef artifact,
      TokenIndex.Part part,
      @Nullable ManifestObject object,
      TokenIndex index,
      Path cache) {
    this.artifacts = artifacts;
    this.artifact = artifact;
    this.vocabularySize = index.vocabularySize();
    this.width = index.bytesPerToken();
    this.cache = cache;
    if (object == null || object.size() != part.tokens() * width) {
      throw new InvalidInputException(
          "%s: %s says that %s has %d tokens, but its manifest says %s. Run tokenize again"
              .formatted(artifact.uri(), TokenIndex.NAME, part.name(), part.tokens(), object));
    }
    this.object = object;
  }

  /** Copies tokens into the array. */
  void read(long from, long[] target, int at, int count) {
    MappedByteBuffer tokens = open();
    for (int i = 0; i < count; i++) {
      int place = (int) ((from + i) * width);
      long token =
          width == 2
              ? Short.toUnsignedInt(tokens.getShort(place))
              : Integer.toUnsignedLong(tokens.getInt(place));
      if (token >= vocabularySize) {
        throw new InvalidInputException(
            "%s/%s: token %d is %d, but the vocabulary has %d. Run tokenize again"
                .formatted(artifact.uri(), object.name(), from + i, token, vocabularySize));
      }
      target[at + i] = token;
    }
  }

  private MappedByteBuffer open() {
    if (bytes == null) {
      try {
        Path file = cache.resolve(object.sha256());
        if (!Files.exists(file)) {
          fetch(file);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, object.size());
          bytes.order(ByteOrder.LITTLE_ENDIAN);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }

  /** A name in the cache means that the bytes were verified: it is given by an atomic move. */
  private void fetch(Path file) throws IOException {
    Files.createDirectories(cache);
    Path part = Files.createTempFile(cache, "fetch", ".part");
    try {
      artifacts.fetch(artifact, object, part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
