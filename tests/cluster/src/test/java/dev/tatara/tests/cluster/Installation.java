package dev.tatara.tests.cluster;

import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreSettings;
import dev.tatara.tests.pipeline.TataraCommand;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
    return make(cluster, namespace, prefix, List.of("operator.enabled=false"));
  }

  /**
   * Installs with these values beside those that the cluster asks for.
   *
   * @param values as in {@code worker.replicas=2}
   */
  static Installation make(Cluster cluster, String namespace, String prefix, List<String> values)
      throws Exception {
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
    List<String> command =
        new ArrayList<>(List.of("install", "tatara", "charts/tatara", "--namespace", namespace));
    set(command, "temporal.address=" + cluster.value("TEMPORAL_ADDRESS"));
    set(command, "s3.endpoint=" + plain.endpoint());
    set(command, "s3.secret=" + Namespaces.SECRET);
    set(command, "s3.prefix=" + prefix);
    set(command, "images.pullPolicy=Never");
    set(command, "images.tag=" + ClusterGround.VERSION);
    values.forEach(value -> set(command, value));
    command.addAll(List.of("--wait", "--timeout=3m"));
    installation.helm(command.toArray(String[]::new));
    return installation;
  }

  private static void set(List<String> command, String value) {
    command.add("--set");
    command.add(value);
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
    return tatara(Map.of(), arguments);
  }

  /** {@code tatara status}, as one types it who reaches the cluster's Temporal. */
  String status(String run, Path state) throws IOException, InterruptedException {
    return tatara(
        Map.of("TEMPORAL_ADDRESS", cluster.value("TEMPORAL_ADDRESS")),
        "status",
        run,
        "--state",
        state.toString());
  }

  private static String tatara(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path lib = TataraCommand.home().resolve("images/cli/target/app/lib");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of("-cp", lib + File.separator + "*", "dev.tatara.cli.Main"));
    command.addAll(List.of(arguments));
    Map<String, String> all = new TreeMap<>(environment);
    all.put("TATARA_HOME", TataraCommand.home().toString());
    return Tool.run(all, SOON, command);
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

  /** That which works in the pod of a component: {@code worker} or {@code operator}. */
  ProcessHandle process(String component) {
    Set<String> pods =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel("app.kubernetes.io/component", component)
            .list()
            .getItems()
            .stream()
            .map(pod -> pod.getMetadata().getUid())
            .collect(Collectors.toSet());
    String program = "dev.tatara.%s.Main".formatted(component);
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(program))
        .filter(process -> isInOneOf(pods, process))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no process of " + component));
  }

  private static boolean isInOneOf(Set<String> pods, ProcessHandle process) {
    try {
      String groups = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cgroup"));
      return pods.stream().anyMatch(groups::contains);
    } catch (IOException e) {
      return false; // it has just ended
    }
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
