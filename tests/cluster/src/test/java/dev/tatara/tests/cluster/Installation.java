package dev.tatara.tests.cluster;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.tests.pipeline.TataraCommand;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tatara as a platform team installs it: by its chart, into a namespace of its own. */
final class Installation implements AutoCloseable {
  private static final Duration SOON = Duration.ofMinutes(3);

  private final Cluster cluster;
  private final String namespace;
  private final KubernetesClient client;
  private final StoreSettings store;

  private Installation(
      Cluster cluster, String namespace, KubernetesClient client, StoreSettings store) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.client = client;
    this.store = store;
  }

  /**
   * Installs, and returns when the worker is ready.
   *
   * @param prefix of all keys in the store: another one finds nothing to reuse
   */
  static Installation make(Cluster cluster, String namespace, String prefix) throws Exception {
    KubernetesClient client = cluster.client();
    Namespaces.renew(client, namespace, cluster.secrets());
    StoreSettings plain = cluster.store();
    StoreSettings store =
        new StoreSettings(
            plain.endpoint(),
            plain.region(),
            plain.accessKey(),
            plain.secretKey(),
            plain.bucket(),
            prefix);
    ObjectStore.connect(store);
    Installation installation = new Installation(cluster, namespace, client, store);
    installation.helm(
        "install",
        "tatara",
        "charts/tatara",
        "--namespace",
        namespace,
        "--set",
        "temporal.address=" + cluster.value("TEMPORAL_ADDRESS"),
        "--set",
        "s3.endpoint=" + plain.endpoint(),
        "--set",
        "s3.secret=" + Namespaces.SECRET,
        "--set",
        "s3.prefix=" + prefix,
        "--set",
        "images.pullPolicy=Never",
        "--set",
        "images.tag=" + ClusterGround.VERSION,
        "--wait",
        "--timeout=3m");
    return installation;
  }

  String helm(String... arguments) throws IOException, InterruptedException {
    return tool("helm", SOON, arguments);
  }

  /** {@code temporal}, as the README types it. */
  String temporal(Duration limit, String... arguments) throws IOException, InterruptedException {
    return tool("temporal", limit, arguments);
  }

  /** {@code tatara}: a command that needs no services of its own. */
  static String tatara(String... arguments) throws IOException, InterruptedException {
    Path lib = TataraCommand.home().resolve("images/cli/target/app/lib");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-cp", lib + File.separator + "*", "dev.tatara.cli.Main"));
    command.addAll(List.of(arguments));
    return Tool.run(Map.of("TATARA_HOME", TataraCommand.home().toString()), SOON, command);
  }

  private String tool(String name, Duration limit, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(cluster.value("BIN") + File.separator + name);
    command.addAll(List.of(arguments));
    return Tool.run(
        Map.of(
            "KUBECONFIG",
            cluster.value("KUBECONFIG"),
            "TEMPORAL_ADDRESS",
            cluster.value("TEMPORAL_ADDRESS")),
        limit,
        command);
  }

  KubernetesClient client() {
    return client;
  }

  String namespace() {
    return namespace;
  }

  StoreSettings store() {
    return store;
  }

  @Override
  public void close() {
    client.namespaces().withName(namespace).delete();
    client.close();
  }
}
