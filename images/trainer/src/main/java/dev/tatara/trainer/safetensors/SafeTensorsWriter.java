package dev.tatara.trainer.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes safetensors files. Equal tensors in equal order give equal bytes. */
public final class SafeTensorsWriter {
  private SafeTensorsWriter() {}

  /**
   * A tensor to write.
   *
   * @param dtype {@code F32}, {@code BF16} or {@code F16}
   * @param shape sizes of the dimensions
   * @param data little-endian numbers, as many as the shape says
   */
  public record Source(String name, String dtype, List<Long> shape, Contents data) {
    /** Size of the data. */
    public long bytes() {
      long elements = shape.stream().reduce(1L, Math::multiplyExact);
      return Math.multiplyExact(elements, dtype.equals("F32") ? Float.BYTES : Short.BYTES);
    }
  }

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
      long end = offset + tensor.bytes();
      entries.put(tensor.name(), new TensorEntry(tensor.dtype(), tensor.shape(), offset, end));
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
