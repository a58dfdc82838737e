package dev.tatara.workflows;

import dev.tatara.workflows.client.TemporalConnection;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A real Temporal server of a test's own, and the real command line, as {@code
 * tests/cluster/servers/build} has built them.
 */
final class RealTemporal implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;

  private final Process server;
  private final String address;
  private final WorkflowClient client;

  private RealTemporal(Process server, String address, WorkflowClient client) {
    this.server = server;
    this.address = address;
    this.client = client;
  }

  /**
   * Starts the server, with its data in memory; it answers when this returns.
   *
   * @param folder for its log
   * @param settings of its dynamic configuration, {@code KEY=VALUE}
   */
  static RealTemporal start(Path folder, String... settings) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    List<String> command = new ArrayList<>();
    command.addAll(List.of(binary(), "server", "start-dev", "--headless", "--log-level", "error"));
    command.addAll(List.of("--port", Integer.toString(port)));
    for (String setting : settings) {
      command.addAll(List.of("--dynamic-config-value", setting));
    }
    Process server =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("temporal.log").toFile())
            .start();
    String address = "127.0.0.1:" + port;
    try {
      return new RealTemporal(
          server, address, TemporalConnection.connect(Map.of("TEMPORAL_ADDRESS", address)));
    } catch (RuntimeException e) {
      server.destroyForcibly();
      throw e;
    }
  }

  private static Path programs() {
    String servers =
        System.getenv()
            .getOrDefault(
                "TATARA_SERVERS", System.getProperty("user.home") + "/.cache/tatara/servers");
    return Path.of(servers, "bin");
  }

  private static String binary() {
    Path binary = programs().resolve("temporal");
    if (!Files.isExecutable(binary)) {
      throw new IllegalStateException(
          "%s is not there; build it with tests/cluster/servers/build temporal".formatted(binary));
    }
    return binary.toString();
  }

  WorkflowClient client() {
    return client;
  }

  /** What the command line says; it must succeed. */
  String cli(String... words) throws IOException, InterruptedException {
    return checked(String.join(" ", words), say(words));
  }

  /** What a shell says to a command that begins with {@code temporal}; it must succeed. */
  String type(String command) throws IOException, InterruptedException {
    return checked(command, run(List.of("sh", "-ec", command)));
  }

  /** What the command line says when it must fail. */
  String refused(String... words) throws IOException, InterruptedException {
    Said said = say(words);
    if (said.code() == 0) {
      throw new AssertionError(
          "temporal %s should fail:%n%s".formatted(String.join(" ", words), said.text()));
    }
    return said.text();
  }

  /** Whether the command line does not object. */
  boolean succeeds(String... words) {
    try {
      return say(words).code() == 0;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private record Said(int code, String text) {}

  private static String checked(String command, Said said) {
    if (said.code() != 0) {
      throw new AssertionError("%s: %d%n%s".formatted(command, said.code(), said.text()));
    }
    return said.text();
  }

  private Said say(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(binary()));
    command.addAll(List.of(words));
    return run(command);
  }

  private Said run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("TEMPORAL_ADDRESS", address);
    builder.environment().remove("TEMPORAL_NAMESPACE");
    builder.environment().merge("PATH", programs().toString(), (path, bin) -> bin + ":" + path);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("%s does not end".formatted(String.join(" ", command)));
    }
    return new Said(process.exitValue(), text);
  }

  @Override
  public void close() {
    client.getWorkflowServiceStubs().shutdownNow();
    server.destroyForcibly().onExit().join();
  }
}
