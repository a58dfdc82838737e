package dev.tatara.trainer;

import dev.tatara.base.store.Artifacts;
import dev.tatara.config.InvalidInputException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.TrainTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads and checks what a process is told to do. */
final class TaskInputs {
  private static final String TASK = "TATARA_TASK";

  private TaskInputs() {}

  /**
   * The document that {@code TATARA_TASK} points to.
   *
   * @throws InvalidInputException if it is not there or no such document
   */
  static <T> T read(Map<String, String> environment, Class<T> type) {
    String path = environment.get(TASK);
    if (path == null || !Files.isRegularFile(Path.of(path))) {
      throw new InvalidInputException(
          "%s is \"%s\"; set it to the path of a task document".formatted(TASK, path));
    }
    try {
      return Json.read(Files.readAllBytes(Path.of(path)), type);
    } catch (IOException | UncheckedIOException e) {
      throw new InvalidInputException(
          "%s is no %s: %s".formatted(path, type.getSimpleName(), e.getMessage()), e);
    }
  }

  /**
   * Checks what holds for every training task.
   *
   * @param worldSize of the environment
   */
  static void check(TrainTask task, int worldSize) {
    require(
        task.worldSize() == worldSize,
        "the task is for %d ranks, WORLD_SIZE is %d".formatted(task.worldSize(), worldSize));
    require(
        task.outputPrefix().equals(Artifacts.prefix(task.stage(), task.fingerprint())),
        "outputPrefix is %s, but artifacts lie under %s"
            .formatted(task.outputPrefix(), Artifacts.prefix(task.stage(), task.fingerprint())));
    require(
        task.steps() > 0 && task.batch() > 0 && task.microBatch() > 0 && task.sequenceLength() > 1,
        "steps is %d, batch %d, microBatch %d, sequenceLength %d; all must be above 0"
            .formatted(task.steps(), task.batch(), task.microBatch(), task.sequenceLength()));
    require(
        task.stage() != Stage.PRETRAIN
            || task.model() != null
            || task.inputs().containsKey("model"),
        "there is neither a model to initialise nor one to start from");
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new InvalidInputException("The task document is wrong: " + problem);
    }
  }

  /** The input of this name. */
  static ArtifactRef require(TrainTask task, String name) {
    ArtifactRef ref = task.inputs().get(name);
    if (ref == null) {
      throw new InvalidInputException(
          "The task document is wrong: %s needs the input \"%s\", there are %s"
              .formatted(task.stage().word(), name, task.inputs().keySet()));
    }
    return ref;
  }
}
