package dev.tatara.tests.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tatara.k8s.resource.PipelineResource;
import dev.tatara.k8s.resource.PipelineResourceStatus;
import dev.tatara.tests.pipeline.TataraCommand;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Resources {@code TrainingPipeline} of a namespace, as people handle them: by {@code kubectl}. */
final class Pipelines {
  private static final String SPEC = "spec";

  private final Cluster cluster;
  private final KubernetesClient client;
  private final String namespace;
  private final Path folder;

  Pipelines(Cluster cluster, KubernetesClient client, String namespace, Path folder) {
    this.cluster = cluster;
    this.client = client;
    this.namespace = namespace;
    this.folder = folder;
  }

  /** Every stage that must be, on little: one rank, {@code steps} steps of 512 tokens. */
  static ObjectNode document(String name, int steps) throws IOException {
    Path file = TataraCommand.home().resolve("config/runs/ci.yaml");
    ObjectNode document = (ObjectNode) new YAMLMapper().readTree(file.toFile());
    ((ObjectNode) document.path("metadata")).put("name", name);
    ObjectNode spec = (ObjectNode) document.path(SPEC);
    spec.remove(List.of("sft", "dpo", "gate", "evaluate"));
    spec.putObject("evaluate").put("validationBytes", "2k");
    ((ObjectNode) spec.path("pretrain"))
        .put("workers", 1)
        .put("sequenceLength", 64)
        .put("batchTokens", 512)
        .put("microBatch", 4)
        .put("tokens", 512L * steps);
    return document;
  }

  void apply(JsonNode document) throws IOException, InterruptedException {
    Path file = folder.resolve("resource.json");
    Files.writeString(file, document.toString());
    kubectl("apply", "--server-side", "-f", file.toString());
  }

  /** In their namespace. */
  String kubectl(String... words) throws IOException, InterruptedException {
    List<String> here = new ArrayList<>(List.of("-n", namespace));
    here.addAll(List.of(words));
    return cluster.kubectl(here.toArray(String[]::new));
  }

  @Nullable PipelineResource get(String name) {
    return client.resources(PipelineResource.class).inNamespace(namespace).withName(name).get();
  }

  PipelineResourceStatus status(String name) {
    return Optional.ofNullable(get(name))
        .map(PipelineResource::getStatus)
        .orElse(PipelineResourceStatus.NONE);
  }

  /** The condition of this type, once it is as it should be. */
  Condition await(String name, String type, Predicate<Condition> rule) {
    return await(name, type, rule, Duration.ofMinutes(3));
  }

  Condition await(String name, String type, Predicate<Condition> rule, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      PipelineResourceStatus status = status(name);
      Optional<Condition> found =
          status.conditions().stream()
              .filter(condition -> condition.getType().equals(type))
              .filter(rule)
              .findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      if (System.nanoTime() > deadline || hasFailed(type, status)) {
        throw new AssertionError(
            "%s of %s is not so after %s: %s".formatted(type, name, limit, status));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
    }
  }

  /** Then nobody needs to wait for anything else. */
  private static boolean hasFailed(String type, PipelineResourceStatus status) {
    return !type.equals("Failed")
        && status.conditions().stream()
            .anyMatch(condition -> condition.getType().equals("Failed") && isTrue(condition));
  }

  static boolean isTrue(Condition condition) {
    return condition.getStatus().equals("True");
  }

  /** Pods that train or evaluate for this run. */
  List<Pod> pods(String run) {
    return client.pods().inNamespace(namespace).withLabel("tatara.dev/run", run).list().getItems();
  }
}
