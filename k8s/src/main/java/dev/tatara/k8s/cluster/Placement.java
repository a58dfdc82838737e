package dev.tatara.k8s.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.config.InvalidInputException;
import dev.tatara.k8s.Gang;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes the pods of gangs may run on and what they may use there, in Kubernetes' own words.
 *
 * @param nodeSelector labels that a node must have
 * @param tolerations of taints
 * @param topologyKey node label, such as a rack's: the pods of a gang are kept together where nodes
 *     have the same value; none where it is null
 * @param trainer requests and limits of a rank
 * @param evaluator of an evaluator
 * @param sharedMemory size limit of {@code /dev/shm}, which NCCL uses between processes of a node;
 *     null for what the container runtime gives
 * @param cacheClaim name of a PersistentVolumeClaim, in the namespace of the pods, that keeps what
 *     they have read of the store; nodes share it, so it must be ReadWriteMany where there are
 *     several. Null for a volume of each pod's own, which ends with it
 * @param priorityClass name of a PriorityClass, or null
 * @param runtimeClass name of a RuntimeClass, such as {@code nvidia}, or null
 * @param queue name of a Kueue LocalQueue: gangs are made suspended, and wait in it to be admitted;
 *     null without Kueue
 * @param jobSet make each gang as a JobSet ({@code jobset.x-k8s.io}), which the cluster must know,
 *     instead of as a plain Job
 */
public record Placement(
    Map<String, String> nodeSelector,
    List<Toleration> tolerations,
    @Nullable String topologyKey,
    ResourceRequirements trainer,
    ResourceRequirements evaluator,
    @Nullable String sharedMemory,
    @Nullable String cacheClaim,
    @Nullable String priorityClass,
    @Nullable String runtimeClass,
    @Nullable String queue,
    boolean jobSet) {
  private static final String FILE = "TATARA_PLACEMENT";

  public Placement {
    // Null where a file does not speak of them.
    nodeSelector = nodeSelector == null ? Map.of() : new TreeMap<>(nodeSelector);
    tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
    trainer = trainer == null ? memory("4Gi") : trainer;
    evaluator = evaluator == null ? memory("4Gi") : evaluator;
  }

  /** Any node, with as much memory as a model of a few million parameters needs. */
  public static Placement anywhere() {
    return new Placement(
        Map.of(),
        List.of(),
        null,
        memory("4Gi"),
        memory("4Gi"),
        null,
        null,
        null,
        null,
        null,
        false);
  }

  /** Of the pods of an image. */
  ResourceRequirements resources(Gang.Image image) {
    return image == Gang.Image.TRAINER ? trainer : evaluator;
  }

  /**
   * Reads the YAML file that {@code TATARA_PLACEMENT} names; {@link #anywhere} without it.
   *
   * @throws InvalidInputException if it cannot be read, or has an unknown key
   */
  static Placement fromEnvironment(Map<String, String> environment) {
    String file = environment.getOrDefault(FILE, "");
    return file.isBlank() ? anywhere() : read(Path.of(file));
  }

  private static Placement read(Path file) {
    try {
      return YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build()
          .readValue(Files.readString(file), Placement.class);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          "%s (%s) is not a placement: %s. Its keys are nodeSelector, tolerations, topologyKey, trainer, evaluator, sharedMemory, cacheClaim, priorityClass, runtimeClass, queue and jobSet"
              .formatted(file, FILE, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s is %s, which cannot be read (%s); name a YAML file, or unset it"
              .formatted(FILE, file, e.getMessage()),
          e);
    }
  }

  private static ResourceRequirements memory(String most) {
    return new ResourceRequirementsBuilder()
        .addToRequests("memory", ClusterSettings.quantity("memory", most))
        .addToLimits("memory", ClusterSettings.quantity("memory", most))
        .addToRequests("cpu", ClusterSettings.quantity("cpu", "500m"))
        .build();
  }
}
