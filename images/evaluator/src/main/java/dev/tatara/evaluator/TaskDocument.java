package dev.tatara.evaluator;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The JSON file that tells this process what to do. */
final class TaskDocument {
  private TaskDocument() {}

  /**
   * Reads the file that {@code TATARA_TASK} names.
   *
   * @throws InvalidInputException if the variable is not set, or the file is no such task
   */
  static <T> T read(Map<String, String> environment, Class<T> type) {
    String path = environment.get("TATARA_TASK");
    if (path == null || path.isBlank()) {
      throw new InvalidInputException(
          "TATARA_TASK is not set; set it to the file with the %s as JSON"
              .formatted(type.getSimpleName()));
    }
    try {
      return Json.read(Files.readAllBytes(Path.of(path)), type);
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidInputException(
          "TATARA_TASK is %s, which cannot be read as %s: %s"
              .formatted(path, type.getSimpleName(), e.getMessage()),
          e);
    }
  }
}
