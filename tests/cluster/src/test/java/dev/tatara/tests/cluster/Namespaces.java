package dev.tatara.tests.cluster;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Namespaces of tests: Pod Security "restricted" is enforced, and the store's secret is there. */
final class Namespaces {
  static final String SECRET = "tatara-s3";

  private Namespaces() {}

  /** Makes it anew, without anything that an earlier run has left. */
  static void renew(KubernetesClient client, String namespace, Map<String, String> secret) {
    client.namespaces().withName(namespace).delete();
    client.namespaces().withName(namespace).waitUntilCondition(n -> n == null, 2, TimeUnit.MINUTES);
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(SECRET)
                .withNamespace(namespace)
                .endMetadata()
                .withStringData(secret)
                .build())
        .create();
  }
}
