package dev.tatara.tests.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command {@code tatara} as a child process, started as the launcher script starts it. */
public final class TataraCommand implements AutoCloseable {
  private static final int SIGINT = 2;

  private final Process process;
  private final Path output;

  private TataraCommand(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts the command with the embedded services, in the checkout.
   *
   * @param state its state directory; the output goes to a file in it
   */
  public static TataraCommand start(Path state, String... arguments) throws IOException {
    Path home = home();
    List<String> command = new ArrayList<>();
    if (ignoresInterrupts()) {
      // A build in the background of a shell: the command would ignore Ctrl-C as well.
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("@" + home.resolve("images/cli/jvm.options"));
    command.add("-cp");
    command.add(home.resolve("images/cli/target/app/lib") + "/*");
    command.add("dev.tatara.cli.Main");
    command.addAll(List.of(arguments));
    command.add("--state");
    command.add(state.toString());
    Files.createDirectories(state);
    Path output = Files.createTempFile(state, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("TATARA_HOME", home.toString());
    builder.environment().remove("TEMPORAL_ADDRESS");
    builder.environment().remove("S3_ENDPOINT");
    return new TataraCommand(builder.start(), output);
  }

  /** Whether this process was started with SIGINT ignored, which its children inherit. */
  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
        .anyMatch(signals -> (signals & 1L << (SIGINT - 1)) != 0);
  }

  /** The checkout. */
  public static Path home() {
    return Path.of(System.getProperty("tatara.home", ""));
  }

  /**
   * Waits for the end.
   *
   * @return the exit code
   * @throws AssertionError with the output so far, if the time is up
   */
  public int waitFor(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("not done after " + limit + ":\n" + output());
    }
    return process.exitValue();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has printed so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL: it gets no chance to clean up. */
  public void kill() {
    process.destroyForcibly();
  }

  /** SIGINT, as Ctrl-C sends it. */
  public void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  /** Its child processes at this moment whose command line holds the text. */
  public List<ProcessHandle> children(String commandLine) {
    return process
        .descendants()
        .filter(child -> child.info().commandLine().orElse("").contains(commandLine))
        .toList();
  }

  /** Ends it and whatever it started. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
  }
}
