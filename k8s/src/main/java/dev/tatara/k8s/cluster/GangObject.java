package dev.tatara.k8s.cluster;

import dev.tatara.config.InvalidInputException;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A gang's Job or JobSet in the cluster: all else that the gang has goes with it. */
record GangObject(KubernetesClient client, GangManifests manifests) {

  Optional<GenericKubernetesResource> find() {
    return Optional.ofNullable(objects().withName(manifests.name()).get());
  }

  GenericKubernetesResource create() {
    GenericKubernetesResource object =
        client
            .getKubernetesSerialization()
            .convertValue(manifests.object(), GenericKubernetesResource.class);
    return objects().resource(object).create();
  }

  /** Returns when it and its pods are gone, or the time is up. */
  void delete(Duration most) {
    Resource<GenericKubernetesResource> object = objects().withName(manifests.name());
    object.withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
    object.waitUntilCondition(gone -> gone == null, most.toMillis(), TimeUnit.MILLISECONDS);
  }

  private NonNamespaceOperation<GenericKubernetesResource, ?, Resource<GenericKubernetesResource>>
      objects() {
    return client
        .genericKubernetesResources(manifests.kind().context())
        .inNamespace(manifests.settings().namespace());
  }

  /** Whether a Job or JobSet has failed for good. */
  static boolean hasFailed(GenericKubernetesResource object) {
    List<Map<String, Object>> conditions = object.get("status", "conditions");
    return conditions != null
        && conditions.stream()
            .anyMatch(c -> "Failed".equals(c.get("type")) && "True".equals(c.get("status")));
  }

  /** What the cluster refused, for those who can change it. */
  RuntimeException failure(String verb, KubernetesClientException e) {
    String object =
        "the %s %s in namespace %s"
            .formatted(manifests.kind().word(), manifests.name(), manifests.settings().namespace());
    return switch (e.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN ->
          new InvalidInputException(
              "The cluster does not let the worker %s %s: %s. Install the chart's Role for its service account, or raise the quota that is named"
                  .formatted(verb, object, e.getMessage()),
              e);
      case HttpURLConnection.HTTP_NOT_FOUND, 422, HttpURLConnection.HTTP_BAD_REQUEST ->
          isUnknown(e)
              ? new InvalidInputException(
                  "The cluster cannot %s %s: it does not know %s. Install JobSet (0.8.2 was tried), or unset pods.placement.jobSet (jobSet in the file of TATARA_PLACEMENT), so that gangs are plain Jobs"
                      .formatted(verb, object, GangKind.JOB_SET.apiVersion()),
                  e)
              : new InvalidInputException(
                  "The cluster refuses to %s %s: %s. Check that the namespace is there, and the placement that the worker was given"
                      .formatted(verb, object, e.getMessage()),
                  e);
      default ->
          new ClusterException(
              "The cluster did not %s %s: %s".formatted(verb, object, e.getMessage()), e);
    };
  }

  /** A missing namespace is named by the answer; a missing definition is a path without answer. */
  private boolean isUnknown(KubernetesClientException e) {
    return manifests.kind() == GangKind.JOB_SET
        && e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
        && (e.getStatus() == null || e.getStatus().getDetails() == null);
  }
}
