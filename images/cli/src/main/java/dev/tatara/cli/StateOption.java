package dev.tatara.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --state}, the same for all commands. */
final class StateOption {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "where artifacts, logs and reports lie (default: .tatara in the checkout)")
  private @Nullable Path directory;

  State open(Home home) {
    return State.open(directory == null ? home.defaultState() : directory);
  }
}
