package dev.tatara.tests.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The memory that the processes of a container share, by the kernel's files. */
record ControlGroup(Path folder) {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final String LIMIT = "memory.limit_in_bytes";
  private static final String USAGE = "memory.usage_in_bytes";

  /** Of version 1, which the cluster of the tests has. */
  static ControlGroup ofMemory(ProcessHandle process) throws IOException {
    Path file = Path.of("/proc", Long.toString(process.pid()), "cgroup");
    try (Stream<String> lines = Files.lines(file)) {
      String path =
          lines
              .map(line -> line.split(":", 3))
              .filter(parts -> parts[1].equals("memory"))
              .map(parts -> parts[2])
              .findFirst()
              .orElseThrow(() -> new AssertionError("no control group of memory in " + file));
      return new ControlGroup(ROOT.resolve("memory" + path));
    }
  }

  /** Takes what is not in use, until the kernel has killed a process for want of it. */
  void withoutRoomUntilOneIsKilled() throws IOException {
    String usual = read(LIMIT);
    long killed = killed();
    try {
      Patience.await(
          () -> {
            // What takes the place of the one that was killed is to have as much room as that had.
            if (killed() == killed) {
              squeeze();
            }
            return killed() > killed;
          },
          () -> read(USAGE));
    } finally {
      Files.writeString(folder.resolve(LIMIT), usual);
    }
  }

  private void squeeze() {
    try {
      Files.writeString(folder.resolve(LIMIT), read(USAGE));
    } catch (IOException e) {
      // Less than what cannot be taken away is refused; it grows, and is tried again.
    }
  }

  private long killed() {
    return read("memory.oom_control")
        .lines()
        .filter(line -> line.startsWith("oom_kill "))
        .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
        .findFirst()
        .orElseThrow();
  }

  private String read(String file) {
    try {
      return Files.readString(folder.resolve(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
