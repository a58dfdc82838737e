package dev.tatara.trainer;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A rank in a JVM of its own, started as the launcher starts it. */
final class RankProcess {
  private static final Path HOME = Path.of(System.getProperty("tatara.home"));
  private static final List<String> TEST_ONLY =
      List.of(
          "/io/grpc/",
          "/io/temporal/",
          "/io/micrometer/",
          "/com/google/inject/",
          "/org/apache/jclouds/",
          "/org/gaul/",
          "/org/eclipse/jetty/",
          "/org/junit/",
          "/org/assertj/",
          "/embedded/target/");
  private static final long PATIENCE_SECONDS = Long.getLong("tatara.patience.seconds", 300);

  private final Process process;
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  private final Thread reader;

  private RankProcess(Process process) {
    this.process = process;
    reader = new Thread(this::read, "rank-output");
    reader.setDaemon(true);
    reader.start();
  }

  static RankProcess start(String command, Map<String, String> environment, Path directory)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "@" + HOME.resolve("images/trainer/jvm.options"),
            "-Xmx256m",
            "-Dlogback.configurationFile="
                + HOME.resolve("images/trainer/src/main/resources/logback.xml"),
            "-cp",
            classPath(),
            "dev.tatara.trainer.Main",
            command);
    builder.environment().putAll(environment);
    return new RankProcess(builder.directory(directory.toFile()).redirectErrorStream(true).start());
  }

  /** Without what only the test needs: the engine looks for its libraries in every jar. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> TEST_ONLY.stream().noneMatch(entry::contains))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void read() {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      // The pipe of a killed process is closed under the reader.
      lines.add("(output ends: %s)".formatted(e.getMessage()));
    }
  }

  /** Waits until a line of the log holds; fails with the log if none does in time. */
  void awaitLine(Predicate<String> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (lines) {
      while (lines.stream().noneMatch(wanted)) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          throw new AssertionError("no such line in:\n" + String.join("\n", lines));
        }
        lines.wait(100);
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** SIGSTOP or SIGCONT, for example. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start();
    if (kill.waitFor() != 0) {
      throw new AssertionError("no process %d to send %s".formatted(pid(), name));
    }
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  /** SIGTERM; through the handle, since {@link Process#destroy} also closes standard input. */
  void terminate() {
    process.toHandle().destroy();
  }

  int await() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still runs:\n" + log());
    }
    reader.join(TimeUnit.SECONDS.toMillis(10));
    return process.exitValue();
  }

  String log() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }
}
