package dev.tatara.activities.collect;

import dev.tatara.activities.data.ShardProgress;
import dev.tatara.activities.data.Sources;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;

/** A stream that digests what passes, tells how far it is, and fails unchecked. */
final class TrackedStream extends FilterInputStream {
  private final Sources.SourceFile file;
  private final ShardProgress progress;
  private final MessageDigest digest = Sha256.start();
  private final boolean owned;
  private long done;

  /**
   * @param owned closing this closes the source; else readers may close it and the digest still
   *     gets the rest
   */
  TrackedStream(InputStream in, Sources.SourceFile file, ShardProgress progress, boolean owned) {
    super(in);
    this.file = file;
    this.progress = progress;
    this.owned = owned;
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

  /** Reads to the end; SHA-256 of all bytes. */
  String drain() {
    byte[] buffer = new byte[1 << 16];
    int n = 0;
    while (n >= 0) {
      n = read(buffer, 0, buffer.length);
    }
    return Sha256.finish(digest);
  }

  @Override
  public long skip(long count) {
    int n = read(new byte[(int) Math.min(count, 1 << 16)]);
    return Math.max(0, n);
  }

  @Override
  public int read(byte[] buffer) {
    return read(buffer, 0, buffer.length);
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() {
    if (owned) {
      closeSource();
    }
  }

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
