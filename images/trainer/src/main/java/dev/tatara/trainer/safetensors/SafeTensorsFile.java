package dev.tatara.trainer.safetensors;

import dev.tatara.config.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** A safetensors file that is open for reading; its header has been checked. */
public final class SafeTensorsFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final Map<String, TensorEntry> entries;
  private final long dataStart;

  private SafeTensorsFile(
      Path path, FileChannel channel, Map<String, TensorEntry> entries, long dataStart) {
    this.path = path;
    this.channel = channel;
    this.entries = entries;
    this.dataStart = dataStart;
  }

  /**
   * Opens and checks.
   *
   * @throws InvalidInputException if there is no such file or its header is not valid
   */
  public static SafeTensorsFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new InvalidInputException(
          "%s is not there; a model folder needs config.json and model.safetensors"
              .formatted(path));
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      long size = channel.size();
      if (size < SafeTensorsHeader.LENGTH_BYTES) {
        throw SafeTensorsHeader.wrong(path.toString(), "it has only %d bytes".formatted(size));
      }
      ByteBuffer length = ByteBuffer.allocate(SafeTensorsHeader.LENGTH_BYTES);
      readFully(channel, length, 0);
      int bytes = SafeTensorsHeader.length(length.flip(), size, path.toString());
      ByteBuffer json = ByteBuffer.allocate(bytes);
      readFully(channel, json, SafeTensorsHeader.LENGTH_BYTES);
      long start = (long) SafeTensorsHeader.LENGTH_BYTES + bytes;
      return new SafeTensorsFile(
          path,
          channel,
          SafeTensorsHeader.parse(json.array(), size - start, path.toString()),
          start);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Tensors by name, in the order of the header. */
  public Map<String, TensorEntry> entries() {
    return entries;
  }

  /**
   * The entry of a tensor.
   *
   * @throws InvalidInputException if the file has no tensor of this name
   */
  public TensorEntry entry(String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      throw new InvalidInputException(
          "%s has no tensor \"%s\", which its config.json calls for; the two do not belong together"
              .formatted(path, name));
    }
    return entry;
  }

  /** Fills the buffer with a tensor's bytes, from byte {@code offset} of the tensor on. */
  public void read(TensorEntry entry, long offset, ByteBuffer target) throws IOException {
    readFully(channel, target, dataStart + entry.begin() + offset);
  }

  private static void readFully(FileChannel channel, ByteBuffer target, long position)
      throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int read = channel.read(target, at);
      if (read < 0) {
        throw new EOFException("the file ends at byte %d".formatted(at));
      }
      at += read;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
