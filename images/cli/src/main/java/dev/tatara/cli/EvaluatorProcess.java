package dev.tatara.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Lets a model write, in a process of its own: no engine ever runs in this one. */
final class EvaluatorProcess {
  private static final long SAMPLE_SECONDS = 120;

  private final Home home;
  private final State state;

  EvaluatorProcess(Home home, State state) {
    this.home = home;
    this.state = state;
  }

  /** Streams the text to this terminal; returns the exit code of the process. */
  int generate(List<String> arguments) throws IOException, InterruptedException {
    return builder(arguments)
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
        .waitFor();
  }

  /** The text for one prompt; empty if the process failed, which its log tells. */
  Optional<String> sample(List<String> arguments) throws IOException, InterruptedException {
    Path text = Files.createTempFile(state.logs(), "sample", ".txt");
    Path log = state.logs().resolve("generate.log");
    Process process =
        builder(arguments)
            .redirectOutput(text.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    try {
      boolean ended = process.waitFor(SAMPLE_SECONDS, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0
          ? Optional.of(Files.readString(text).strip())
          : Optional.empty();
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(text);
    }
  }

  private ProcessBuilder builder(List<String> arguments) {
    Path image = home.directory().resolve("images/evaluator");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("@" + image.resolve("jvm.options"));
    command.add("-cp");
    command.add(image.resolve("target/app/lib") + "/*");
    command.add("dev.tatara.evaluator.Main");
    command.add("generate");
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("TATARA_CACHE", state.cache().toString());
    builder.environment().put("TATARA_HOME", home.directory().toString());
    // Holds this process by its standard input: when we die, it ends.
    builder.environment().put("TATARA_EXIT_WITH_PARENT", "1");
    builder.environment().put("TATARA_METRICS_PORT", "0");
    builder.environment().put("MKL_THREADING_LAYER", "GNU");
    builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
    builder
        .environment()
        .put("OMP_NUM_THREADS", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return builder;
  }
}
