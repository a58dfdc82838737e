package dev.tatara.trainer.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes safetensors files of 32-bit floats. Equal tensors in equal order give equal bytes. */
public final class SafeTensorsWriter {
  private static final int FLOAT_BYTES = 4;

  private SafeTensorsWriter() {}

  /**
   * A tensor to write.
   *
   * @param shape sizes of the dimensions
   * @param data little-endian floats, as many as the shape says
   */
  public record Source(String name, List<Long> shape, Contents data) {}

  /** Hands out the bytes of a tensor in pieces, so that no tensor need fit into one buffer. */
  @FunctionalInterface
  public interface Contents {
    void writeTo(Sink sink) throws IOException;
  }

  /** Takes bytes; drains the buffer. */
  @FunctionalInterface
  public interface Sink {
    void write(ByteBuffer bytes) throws IOException;
  }

  /** Writes the file in place of any that is there. */
  public static void write(Path path, List<Source> tensors) throws IOException {
    Map<String, TensorEntry> entries = new LinkedHashMap<>();
    long offset = 0;
    for (Source tensor : tensors) {
      long elements = tensor.shape().stream().reduce(1L, Math::multiplyExact);
      long end = offset + elements * FLOAT_BYTES;
      entries.put(tensor.name(), new TensorEntry("F32", tensor.shape(), offset, end));
      offset = end;
    }
    byte[] header = SafeTensorsHeader.bytes(entries);
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeFully(channel, ByteBuffer.wrap(header));
      for (Source tensor : tensors) {
        tensor.data().writeTo(bytes -> writeFully(channel, bytes));
      }
      if (channel.position() != header.length + offset) {
        throw new IllegalStateException(
            "a tensor of %s gave more or fewer bytes than its shape says".formatted(path));
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
