package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two processes from working on the same state. The kernel gives it back when its holder
 * dies, however it dies. The file names the holder, for messages and for the launcher.
 */
final class StateLock implements AutoCloseable {
  private final FileChannel channel;

  private StateLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @param purpose what for, for people
   * @throws InvalidInputException if another process holds it; the message says which
   */
  static StateLock take(State state, String purpose) {
    try {
      FileChannel channel =
          FileChannel.open(state.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new InvalidInputException(
            "Another command works on %s (%s); wait until it ends, or give this one a place of its own with --state DIR"
                .formatted(state.directory(), holder(state.lock())));
      }
      String owner = ProcessHandle.current().pid() + "\n" + purpose + "\n";
      channel.truncate(0).write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
      return new StateLock(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  private static String holder(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return lines.size() < 2
        ? "process unknown"
        : "process %s: %s".formatted(lines.get(0), lines.get(1));
  }

  @Override
  public void close() {
    try {
      channel.truncate(0);
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
