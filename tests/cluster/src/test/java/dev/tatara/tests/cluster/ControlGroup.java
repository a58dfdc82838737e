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
  private static final long STEP = 1 << 20;

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

  /**
   * Takes what is not in use, and asks for more, so that the kernel kills the largest; gives it
   * back when that is done.
   */
  void withoutRoomUntilOneIsKilled() throws IOException {
    String usual = read(LIMIT);
    long killed = killed();
    try {
      takeWhatIsNotInUse();
      Process asking = askForMore();
      Patience.await(() -> killed() > killed, () -> read(USAGE));
      asking.destroyForcibly();
    } finally {
      Files.writeString(folder.resolve(LIMIT), usual);
    }
  }

  private void takeWhatIsNotInUse() throws IOException {
    while (isLimitedTo(usage() - STEP)) {
      // Until the kernel finds no more that it could take away.
    }
    Files.writeString(folder.resolve(LIMIT), Long.toString(usage() + STEP));
  }

  private boolean isLimitedTo(long bytes) {
    try {
      Files.writeString(folder.resolve(LIMIT), Long.toString(bytes));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private long usage() {
    return Long.parseLong(read(USAGE));
  }

  /** Less than the largest has, so that it is not this one that goes. */
  private Process askForMore() throws IOException {
    String command =
        "echo $$ > %s && head -c 64m /dev/zero | tail -c 64m > /dev/null"
            .formatted(folder.resolve("cgroup.procs"));
    return new ProcessBuilder("sh", "-c", command).inheritIO().start();
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
