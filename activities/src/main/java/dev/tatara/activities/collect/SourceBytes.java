package dev.tatara.activities.collect;

import com.github.luben.zstd.ZstdInputStream;
import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.Sources;
import dev.tatara.config.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of one source file. Failures of the source are unchecked, so that an {@link
 * IOException} always means that the bytes themselves are damaged.
 */
final class SourceBytes implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Sources sources;
  private final Sources.SourceFile file;
  private final ShardProgress progress;
  private final Tracked first;

  SourceBytes(Sources sources, Sources.SourceFile file, ShardProgress progress) {
    this.sources = sources;
    this.file = file;
    this.progress = progress;
    this.first = new Tracked(sources.open(file));
  }

  String name() {
    return file.name();
  }

  /** Address of the file if others can use it too. */
  boolean isOnTheWeb() {
    return file.uri().startsWith("http");
  }

  String uri() {
    return file.uri();
  }

  /** The bytes as they are stored. */
  InputStream raw() {
    return new BufferedInputStream(first, BUFFER);
  }

  /** The bytes from an offset on, for a second look. */
  InputStream from(long offset) throws IOException {
    InputStream again = sources.open(file);
    again.skipNBytes(offset);
    return new BufferedInputStream(again, BUFFER);
  }

  /** The bytes, unpacked if they begin as gzip or Zstandard do. */
  InputStream unpacked() throws IOException {
    BufferedInputStream raw = new BufferedInputStream(first, BUFFER);
    raw.mark(4);
    byte[] magic = raw.readNBytes(4);
    raw.reset();
    if (magic.length >= 2 && (magic[0] & 0xFF) == 0x1F && (magic[1] & 0xFF) == 0x8B) {
      return new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER);
    }
    return isZstandard(magic) ? new BufferedInputStream(new ZstdInputStream(raw), BUFFER) : raw;
  }

  private static boolean isZstandard(byte[] magic) {
    return magic.length == 4
        && (magic[0] & 0xFF) == 0x28
        && (magic[1] & 0xFF) == 0xB5
        && (magic[2] & 0xFF) == 0x2F
        && (magic[3] & 0xFF) == 0xFD;
  }

  /**
   * Reads what is left and compares with the digest that the run was planned with.
   *
   * @throws InvalidInputException if the file has changed since
   */
  void verify() {
    first.drain();
    String digest = Sha256.finish(first.digest);
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

  private final class Tracked extends FilterInputStream {
    private final MessageDigest digest = Sha256.start();
    private long done;

    Tracked(InputStream in) {
      super(in);
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      try {
        int n = in.read(buffer, offset, length);
        if (n > 0) {
          digest.update(buffer, offset, n);
          done += n;
          progress.at(done, file.size());
        }
        return n;
      } catch (IOException e) {
        throw failed(e);
      }
    }

    void drain() {
      byte[] buffer = new byte[BUFFER];
      int n = 0;
      while (n >= 0) {
        n = read(buffer, 0, buffer.length);
      }
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    /** Readers close what they read; the digest still needs the rest. */
    @Override
    public void close() {}

    void closeSource() {
      try {
        in.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }

    private UncheckedIOException failed(IOException e) {
      return new UncheckedIOException(
          "%s broke off after %d bytes; trying again is safe".formatted(file.uri(), done), e);
    }
  }
}
