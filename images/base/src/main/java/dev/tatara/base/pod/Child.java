package dev.tatara.base.pod;

import dev.tatara.base.process.ProgressFile;
import dev.tatara.config.LogTail;
import dev.tatara.config.Secrets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The process that works. What it writes goes to the log of the pod. */
final class Child {
  /** Its output ends with it, unless a process of its own still holds it. */
  private static final Duration OUTPUT = Duration.ofSeconds(2);

  /** Of this pod: one process lives in it at a time. */
  private static final Path PROGRESS =
      Path.of(
          System.getProperty("java.io.tmpdir"), "tatara-progress-" + ProcessHandle.current().pid());

  private final Process process;
  private final Thread output;
  private final Secrets secrets;
  private final Instant startedAt = Instant.now();
  private final long memoryKills = MemoryLimit.kills();

  /** Newest last; guarded by itself. */
  private final Deque<String> lines = new ArrayDeque<>();

  private Child(Process process, Secrets secrets, PrintStream log) {
    this.process = process;
    this.secrets = secrets;
    this.output = new Thread(() -> copy(log), "output");
    output.setDaemon(true);
    output.start();
  }

  static Child start(List<String> command, Secrets secrets, PrintStream log) throws IOException {
    Files.deleteIfExists(PROGRESS);
    ProcessBuilder program = new ProcessBuilder(command).redirectErrorStream(true);
    program.environment().put(ProgressFile.VARIABLE, PROGRESS.toString());
    return new Child(program.start(), secrets, log);
  }

  private void copy(PrintStream log) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.println(line);
        if (!line.isBlank()) {
          keep(line);
        }
      }
    } catch (IOException e) {
      // Its output broke off with it.
    }
  }

  private void keep(String line) {
    synchronized (lines) {
      lines.addLast(line);
      if (lines.size() > LogTail.LINES) {
        lines.removeFirst();
      }
    }
  }

  private String log() {
    synchronized (lines) {
      return LogTail.of(lines.stream(), secrets);
    }
  }

  /** Waits until it ends. */
  ChildEnd await() throws InterruptedException {
    int code = process.waitFor();
    Instant at = Instant.now();
    output.join(OUTPUT.toMillis());
    return new ChildEnd(at, code, log(), MemoryLimit.kills() > memoryKills);
  }

  /** It got on with its work, whatever became of it. */
  boolean progressed() {
    return Files.exists(PROGRESS);
  }

  Duration lived() {
    return Duration.between(startedAt, Instant.now());
  }

  /** SIGTERM, through its handle: {@code Process.destroy} would close its output too. */
  void dismiss() {
    process.toHandle().destroy();
  }

  /** SIGKILL. */
  void kill() {
    process.toHandle().destroyForcibly();
  }
}
