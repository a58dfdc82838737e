package dev.tatara.operator;

import dev.tatara.config.InvalidInputException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where an operator works.
 *
 * @param namespace of its own: here is its lease
 * @param watched namespaces whose resources it looks after
 * @param lease name of its lease
 * @param store prefix of the URIs of the store, ending with a slash
 */
record OperatorSettings(String namespace, Set<String> watched, String lease, String store) {
  /** How often a run that is at work is looked at. */
  static final Duration WORKING = Duration.ofSeconds(4);

  /** How often one that has ended is: somebody may reset it. */
  static final Duration ENDED = Duration.ofMinutes(1);

  /** Until what was decided has shown its effect. */
  static final Duration SOON = Duration.ofSeconds(1);

  /**
   * @param environment {@code TATARA_OPERATOR_NAMESPACE}, {@code TATARA_WATCH_NAMESPACES} (with
   *     commas between; its own if not set), {@code TATARA_LEASE}, {@code TATARA_BUCKET}, {@code
   *     TATARA_PREFIX}
   * @throws InvalidInputException if a variable is missing
   */
  static OperatorSettings fromEnvironment(Map<String, String> environment) {
    String namespace = environment.getOrDefault("TATARA_OPERATOR_NAMESPACE", "");
    if (namespace.isBlank()) {
      throw new InvalidInputException(
          "TATARA_OPERATOR_NAMESPACE is not set; set it to the namespace that the operator runs in, as the chart does");
    }
    Set<String> watched = new TreeSet<>();
    Arrays.stream(environment.getOrDefault("TATARA_WATCH_NAMESPACES", "").split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .forEach(watched::add);
    String prefix = environment.getOrDefault("TATARA_PREFIX", "");
    return new OperatorSettings(
        namespace,
        watched.isEmpty() ? Set.of(namespace) : watched,
        environment.getOrDefault("TATARA_LEASE", "tatara-operator"),
        "s3://%s/%s"
            .formatted(
                environment.getOrDefault("TATARA_BUCKET", "tatara"),
                prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/"));
  }

  /** Where the result of a run is kept. */
  String report(String run) {
    return "%sruns/%s/result.json".formatted(store, run);
  }
}
