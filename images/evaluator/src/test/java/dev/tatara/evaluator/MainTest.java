package dev.tatara.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tatara.config.task.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as its launcher sees it: exit code, standard output, last line of standard error. */
class MainTest {
  private static final Map<String, String> STORE =
      Map.of(
          "S3_ENDPOINT", "http://127.0.0.1:1",
          "AWS_ACCESS_KEY_ID", "local",
          "AWS_SECRET_ACCESS_KEY", "secret");

  @TempDir Path directory;

  @Test
  void aMissingTaskIsTheUsersError() throws Exception {
    Exit exit = run(Map.of(), "evaluate", "--run", "r");
    assertThat(exit.code()).isEqualTo(ExitCode.USER);
    assertThat(exit.lastLine()).startsWith("S3_ENDPOINT is not set; set it");
  }

  @Test
  void aStoreThatIsGoneIsWorthAnotherTry() throws Exception {
    Exit exit = run(STORE, "verify");
    assertThat(exit.code()).isEqualTo(ExitCode.INFRASTRUCTURE);
    assertThat(exit.lastLine()).contains("http://127.0.0.1:1");
  }

  @Test
  void anUnknownCommandNamesTheKnownOnes() throws Exception {
    Exit exit = run(Map.of(), "evalute");
    assertThat(exit.code()).isEqualTo(ExitCode.USER);
    assertThat(exit.lastLine())
        .isEqualTo("\"evalute\" is no command; type evaluate, verify or generate");
  }

  @Test
  void generateWritesTextOnlyToStandardOutput() throws Exception {
    TinyModel.write(directory.resolve("model"), 2, 0);
    Exit exit =
        run(
            Map.of("LC_ALL", "C.UTF-8"),
            "generate",
            "--model",
            directory.resolve("model").toString(),
            "--prompt",
            "日本語",
            "--temperature",
            "0",
            "--max-tokens",
            "5");
    assertThat(exit.stderr()).isEmpty();
    // All logits are equal: the first token, which ends a text, wins.
    assertThat(exit.stdout()).isEqualTo("\n");
    assertThat(exit.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void sigtermIsPreemptionAndNoFailure() throws Exception {
    // A store that takes the connection and never answers.
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> environment = new HashMap<>(STORE);
      environment.put("S3_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort());
      Process process = start(environment, "evaluate");
      try (Socket connection = silent.accept()) {
        assertThat(connection.isConnected()).isTrue();
        process.destroy();
        assertThat(process.waitFor()).isEqualTo(ExitCode.PREEMPTED);
      }
    }
  }

  private Exit run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    int code = start(environment, arguments).waitFor();
    return new Exit(
        code,
        Files.readString(directory.resolve("stdout")),
        Files.readString(directory.resolve("stderr")));
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("jvm.options").toAbsolutePath());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve("stdout").toFile())
            .redirectError(directory.resolve("stderr").toFile());
    builder.environment().put("TATARA_CACHE", Path.of("target", "cache").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private record Exit(int code, String stdout, String stderr) {
    String lastLine() {
      List<String> lines = stderr.lines().toList();
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
  }
}
