package dev.tatara.base.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel says of this pod's memory, in the files of either version of control groups
 * (Documentation/admin-guide/cgroup-v1/memory.rst, cgroup-v2.rst).
 */
final class MemoryLimit {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  /** Larger ones mean that there is none. */
  private static final long MOST = 1L << 50;

  private MemoryLimit() {}

  /** Processes that were killed for want of memory so far; 0 where the kernel does not tell. */
  static long kills() {
    return counter(ROOT.resolve("memory.events"))
        .or(() -> counter(ROOT.resolve("memory/memory.oom_control")))
        .orElse(0L);
  }

  /** {@code " of 2048 MiB"}, or nothing if there is no limit. */
  static String text() {
    return number(ROOT.resolve("memory.max"))
        .or(() -> number(ROOT.resolve("memory/memory.limit_in_bytes")))
        .filter(bytes -> bytes < MOST)
        .map(bytes -> " of %d MiB".formatted(bytes >> 20))
        .orElse("");
  }

  private static Optional<Long> counter(Path file) {
    return lines(file).stream()
        .filter(line -> line.startsWith("oom_kill "))
        .findFirst()
        .flatMap(line -> parse(line.substring("oom_kill ".length())));
  }

  private static Optional<Long> number(Path file) {
    return lines(file).stream().findFirst().flatMap(MemoryLimit::parse);
  }

  private static Optional<Long> parse(String text) {
    try {
      return Optional.of(Long.valueOf(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty(); // "max": there is no limit
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of(); // the kernel does not tell
    }
  }
}
