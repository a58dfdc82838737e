package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What outlives a command: the embedded object store, caches, logs, and what runs came to.
 *
 * @param directory {@code .tatara} of the checkout, or as given by {@code --state}
 */
record State(Path directory) {
  State {
    directory = directory.toAbsolutePath().normalize();
  }

  /**
   * The state in this directory, which is made if it is not there.
   *
   * @throws InvalidInputException if that cannot be done
   */
  static State open(Path directory) {
    State state = new State(directory);
    try {
      Files.createDirectories(state.logs());
    } catch (IOException e) {
      throw new InvalidInputException(
          "The directory %s cannot be made (%s); choose a writable place with --state DIR"
              .formatted(state.directory(), e),
          e);
    }
    return state;
  }

  Path objects() {
    return directory.resolve("s3");
  }

  Path cache() {
    return directory.resolve("cache");
  }

  Path logs() {
    return directory.resolve("logs");
  }

  Path lock() {
    return directory.resolve("lock");
  }

  /** What a run leaves for people. */
  Path run(String name) {
    return directory.resolve("runs").resolve(name);
  }

  Path report(String name) {
    return run(name).resolve("report.html");
  }

  Path published(String name) {
    return run(name).resolve("publish");
  }
}
