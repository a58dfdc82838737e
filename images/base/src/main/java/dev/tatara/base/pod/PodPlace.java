package dev.tatara.base.pod;

import dev.tatara.config.InvalidInputException;
import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.WorkKeys;
import java.util.Map;

/**
 * Where in which run this pod has its place, from {@code TATARA_STAGE RANK TATARA_POD TATARA_NODE
 * TATARA_WORK_PREFIX}.
 *
 * @param work where launcher and ranks leave word for each other
 */
record PodPlace(Stage stage, int rank, String pod, String node, WorkKeys work) {

  /**
   * Reads it.
   *
   * @throws InvalidInputException if a variable is missing
   */
  static PodPlace fromEnvironment(Map<String, String> environment) {
    return new PodPlace(
        Stage.ofWord(required(environment, "TATARA_STAGE")),
        Integer.parseInt(required(environment, "RANK")),
        required(environment, "TATARA_POD"),
        required(environment, "TATARA_NODE"),
        new WorkKeys(required(environment, "TATARA_WORK_PREFIX")));
  }

  private static String required(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "");
    if (value.isBlank()) {
      throw new InvalidInputException(
          "%s is not set; the supervisor is for pods that the launcher has made. To run the program alone, start it without the supervisor"
              .formatted(name));
    }
    return value;
  }
}
