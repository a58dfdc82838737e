package dev.tatara.evaluator.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Random access to the bytes of a tensor file, in memory or on disk. */
interface TensorBytes {
  /** All bytes there are. */
  long size();

  /** Little-endian copy of {@code length} bytes from {@code offset}; both lie within the size. */
  ByteBuffer read(long offset, int length);

  /** Bytes in memory. */
  static TensorBytes of(byte[] bytes) {
    return new TensorBytes() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public ByteBuffer read(long offset, int length) {
        return ByteBuffer.allocateDirect(length).put(bytes, Math.toIntExact(offset), length).flip();
      }
    };
  }

  /** Bytes of a file, opened anew for each read. */
  static TensorBytes of(Path file) {
    return new TensorBytes() {
      @Override
      public long size() {
        try {
          return Files.size(file);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public ByteBuffer read(long offset, int length) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          long position = offset;
          while (buffer.hasRemaining()) {
            int count = channel.read(buffer, position);
            if (count < 0) {
              throw new IOException(file + " became shorter while it was read");
            }
            position += count;
          }
          return buffer.flip();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }
}
