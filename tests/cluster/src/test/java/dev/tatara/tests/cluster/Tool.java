package dev.tatara.tests.cluster;

import dev.tatara.tests.pipeline.TataraCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A command line as a user types it: {@code helm}, {@code temporal}, {@code kubectl}, {@code
 * tatara}.
 */
final class Tool {
  private Tool() {}

  /**
   * Runs it in the checkout.
   *
   * @return what it wrote to standard output
   * @throws AssertionError with all that it wrote, if it fails or takes longer than {@code limit}
   */
  static String run(Map<String, String> environment, Duration limit, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("tool", ".out");
    Path errors = Files.createTempFile("tool", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(TataraCommand.home().toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
    String said = Files.readString(output);
    if (!ended || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(
          "%s %s:%n%s%n%s"
              .formatted(
                  String.join(" ", command),
                  ended ? "ended with " + process.exitValue() : "is not done after " + limit,
                  said,
                  Files.readString(errors)));
    }
    Files.delete(output);
    Files.delete(errors);
    return said;
  }
}
