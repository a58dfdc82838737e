package dev.tatara.activities.collect;

import com.github.luben.zstd.ZstdInputStream;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.Sources;
import dev.tatara.config.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of one source file. Failures of the source are unchecked, so that an {@link
 * IOException} always means that the bytes themselves are damaged.
 */
final class SourceBytes implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Sources sources;
  private final Sources.SourceFile file;
  private final TrackedStream first;

  SourceBytes(Sources sources, Sources.SourceFile file, ShardProgress progress) {
    this.sources = sources;
    this.file = file;
    this.first = new TrackedStream(sources.open(file), file, progress, false);
  }

  /** Address of the file if others can use it too. */
  boolean isOnTheWeb() {
    return file.uri().startsWith("http");
  }

  String uri() {
    return file.uri();
  }

  /** Unpacked if they begin as gzip or Zstandard do. */
  InputStream unpacked() throws IOException {
    BufferedInputStream raw = new BufferedInputStream(first, BUFFER);
    return isGzip(raw)
        ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER)
        : withoutZstandard(raw);
  }

  /** As {@link #unpacked}, but with gzip left to a reader that knows about its members. */
  InputStream archive() throws IOException {
    return withoutZstandard(new BufferedInputStream(first, BUFFER));
  }

  /** Another look at {@link #archive} from an offset on; close it. */
  InputStream archiveFrom(long offset) throws IOException {
    TrackedStream again = new TrackedStream(sources.open(file), file, (done, total) -> {}, true);
    try {
      InputStream archive = withoutZstandard(new BufferedInputStream(again, BUFFER));
      archive.skipNBytes(offset);
      return new BufferedInputStream(archive, BUFFER);
    } catch (IOException e) {
      again.closeSource();
      throw e;
    }
  }

  private static boolean isGzip(BufferedInputStream raw) throws IOException {
    byte[] magic = peek(raw);
    return magic.length >= 2 && (magic[0] & 0xFF) == 0x1F && (magic[1] & 0xFF) == 0x8B;
  }

  private static InputStream withoutZstandard(BufferedInputStream raw) throws IOException {
    byte[] magic = peek(raw);
    boolean zstandard =
        magic.length == 4
            && (magic[0] & 0xFF) == 0x28
            && (magic[1] & 0xFF) == 0xB5
            && (magic[2] & 0xFF) == 0x2F
            && (magic[3] & 0xFF) == 0xFD;
    return zstandard ? new BufferedInputStream(new ZstdInputStream(raw), BUFFER) : raw;
  }

  private static byte[] peek(BufferedInputStream raw) throws IOException {
    raw.mark(4);
    byte[] magic = raw.readNBytes(4);
    raw.reset();
    return magic;
  }

  /** Whether the bytes end too early, rather than being wrong. */
  static boolean isCut(IOException e) {
    return e instanceof EOFException
        // zstd-jni has no type of its own for this.
        || String.valueOf(e.getMessage()).startsWith("Truncated source");
  }

  /** The reason for which the rest of a file is dropped. */
  static String reason(IOException e) {
    return isCut(e) ? "truncated" : "malformed-record";
  }

  /**
   * Reads what is left and compares with the digest that the run was planned with.
   *
   * @throws InvalidInputException if the file has changed since
   */
  void verify() {
    String digest = first.drain();
    if (!digest.equals(file.digest())) {
      throw new InvalidInputException(
          "%s changed while it was read: SHA-256 %s, but %s when the run was planned. Start the run again"
              .formatted(file.uri(), digest, file.digest()));
    }
  }

  @Override
  public void close() {
    first.closeSource();
  }
}
