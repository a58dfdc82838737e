package dev.tatara.k8s.cluster;

import dev.tatara.config.InvalidInputException;
import dev.tatara.k8s.Gang;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where and as what the pods of gangs are made.
 *
 * @param namespace of all their objects
 * @param images by program, with tag or digest
 * @param pullPolicy {@code IfNotPresent}, {@code Always} or {@code Never}
 * @param pullSecrets names of secrets with the registry's credentials
 * @param s3Secret name of the secret with {@code AWS_ACCESS_KEY_ID} and {@code
 *     AWS_SECRET_ACCESS_KEY}; pods take them by reference
 * @param placement which nodes, and what a pod may use there
 */
public record ClusterSettings(
    String namespace,
    Map<Gang.Image, String> images,
    String pullPolicy,
    List<String> pullSecrets,
    String s3Secret,
    Placement placement) {

  public ClusterSettings {
    images = new EnumMap<>(images);
    pullSecrets = List.copyOf(pullSecrets);
  }

  /**
   * Reads {@code TATARA_POD_NAMESPACE TATARA_TRAINER_IMAGE TATARA_EVALUATOR_IMAGE
   * TATARA_IMAGE_PULL_POLICY TATARA_IMAGE_PULL_SECRETS TATARA_S3_SECRET} and those of {@link
   * Placement}.
   *
   * @throws InvalidInputException if one is missing or not as it should be
   */
  public static ClusterSettings fromEnvironment(Map<String, String> environment) {
    Map<Gang.Image, String> images = new EnumMap<>(Gang.Image.class);
    for (Gang.Image image : Gang.Image.values()) {
      String variable = "TATARA_%s_IMAGE".formatted(image.name().toUpperCase(Locale.ROOT));
      images.put(
          image,
          required(
              environment, variable, "registry.example.com/tatara/%s:1".formatted(image.word())));
    }
    return new ClusterSettings(
        required(environment, "TATARA_POD_NAMESPACE", "tatara"),
        images,
        environment.getOrDefault("TATARA_IMAGE_PULL_POLICY", "IfNotPresent"),
        words(environment.getOrDefault("TATARA_IMAGE_PULL_SECRETS", "")),
        required(environment, "TATARA_S3_SECRET", "tatara-s3"),
        Placement.fromEnvironment(environment));
  }

  private static List<String> words(String list) {
    return Arrays.stream(list.split(",")).map(String::strip).filter(w -> !w.isEmpty()).toList();
  }

  private static String required(Map<String, String> environment, String name, String example) {
    String value = environment.getOrDefault(name, "");
    if (value.isBlank()) {
      throw new InvalidInputException(
          "%s is not set; a worker that makes pods (TATARA_PODS=kubernetes) needs it, for example %s=%s"
              .formatted(name, name, example));
    }
    return value;
  }

  /** A number with a unit, as Kubernetes writes it. */
  static Quantity quantity(String name, String value) {
    try {
      Quantity quantity = Quantity.parse(value);
      if (quantity.getNumericalAmount().signum() <= 0) {
        throw new IllegalArgumentException("it is not above zero");
      }
      return quantity;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new InvalidInputException(
          "%s is \"%s\"; set it to a Kubernetes quantity, for example 4Gi or 500m"
              .formatted(name, value),
          e);
    }
  }
}
