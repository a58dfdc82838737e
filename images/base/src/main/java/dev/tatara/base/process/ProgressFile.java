package dev.tatara.base.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that a program makes as soon as it gets on with its work, a trainer with its first step.
 * Whoever started it tells by it a death at work from a start that fails, however short both are.
 */
public final class ProgressFile {
  /** Names the file to the program. */
  public static final String VARIABLE = "TATARA_PROGRESS_FILE";

  private static final Logger LOG = LoggerFactory.getLogger(ProgressFile.class);

  private final String path;
  private boolean made;

  private ProgressFile(String path) {
    this.path = path;
  }

  /** The one that {@code TATARA_PROGRESS_FILE} names; without it nobody looks, and none is made. */
  public static ProgressFile fromEnvironment(Map<String, String> environment) {
    return new ProgressFile(environment.getOrDefault(VARIABLE, ""));
  }

  /** Makes it, the first time. A disk that is full does not stop the work. */
  public void make() {
    if (made || path.isBlank()) {
      return;
    }
    made = true;
    try {
      Files.createFile(Path.of(path));
    } catch (IOException e) {
      LOG.warn("{} cannot be made, so an early end will look like a start that failed", path, e);
    }
  }
}
