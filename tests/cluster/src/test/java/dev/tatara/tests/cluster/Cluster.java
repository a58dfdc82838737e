package dev.tatara.tests.cluster;

import dev.tatara.base.store.StoreSettings;
import dev.tatara.tests.pipeline.TataraCommand;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The cluster of this machine, as the scripts of {@code tests/cluster/servers} start it: etcd, API
 * server, controllers, scheduler, containerd, kubelet and a network, with Temporal and MinIO beside
 * it. It is left up for whoever comes next.
 */
final class Cluster {
  /** Of Tatara itself. */
  static final String DEFINITION = "charts/crds/trainingpipelines.tatara.dev.yaml";

  private static final String BUCKET = "tatara";
  private static final Duration KUBECTL = Duration.ofMinutes(4);

  private final Path scripts;
  private final Map<String, String> environment;
  private final Map<String, String> secrets;

  private Cluster(Path scripts, Map<String, String> environment, Map<String, String> secrets) {
    this.scripts = scripts;
    this.environment = environment;
    this.secrets = secrets;
  }

  /**
   * Starts what does not run, and imports images.
   *
   * @param parts {@code kubernetes}, {@code minio}, {@code temporal}, {@code argocd}, {@code
   *     jobset}, {@code prometheus}
   */
  static Cluster up(List<String> parts, List<String> images)
      throws IOException, InterruptedException {
    Path scripts = TataraCommand.home().resolve("tests/cluster/servers");
    List<String> up = new ArrayList<>(parts);
    up.add(0, scripts.resolve("up").toString());
    run(up);
    String state = System.getenv().getOrDefault("TATARA_CLUSTER", "/tmp/tatara-cluster");
    Map<String, String> environment = values(Path.of(state, "env"));
    Cluster cluster = new Cluster(scripts, environment, values(Path.of(state, "secrets")));
    for (String image : images) {
      Path tar = TataraCommand.home().resolve("images/%s/target/image.tar".formatted(image));
      if (!Files.exists(tar)) {
        throw new IllegalStateException(
            "%s is not there; build it with mvn -Pimages,cluster verify".formatted(tar));
      }
      run(List.of(scripts.resolve("image").toString(), tar.toString()));
    }
    return cluster;
  }

  private static Map<String, String> values(Path file) throws IOException {
    Map<String, String> values = new TreeMap<>();
    try (Stream<String> lines = Files.lines(file)) {
      lines
          .map(line -> line.split("=", 2))
          .filter(pair -> pair.length == 2)
          .forEach(pair -> values.put(pair[0], pair[1]));
    }
    return values;
  }

  KubernetesClient client() throws IOException {
    String kubeconfig = Files.readString(Path.of(value("KUBECONFIG")));
    return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build();
  }

  /** MinIO, at the address that pods and this process both reach. */
  StoreSettings store() {
    return new StoreSettings(
        value("S3_ENDPOINT"),
        "us-east-1",
        secret("AWS_ACCESS_KEY_ID"),
        secret("AWS_SECRET_ACCESS_KEY"),
        BUCKET,
        "");
  }

  Map<String, String> secrets() {
    return secrets;
  }

  private String secret(String name) {
    return secrets.getOrDefault(name, "");
  }

  /** A line of the file {@code env}. */
  String value(String name) {
    String value = environment.get(name);
    if (value == null) {
      throw new IllegalStateException("the cluster does not say " + name);
    }
    return value;
  }

  /** SIGKILL to a server: {@code apiserver}, {@code kubelet}, {@code minio}, … */
  void kill(String server) throws IOException, InterruptedException {
    run(List.of(scripts.resolve("stop").toString(), server, "KILL"));
  }

  /** Starts it again, and returns when it answers. */
  void start(String server) throws IOException, InterruptedException {
    run(List.of(scripts.resolve("start").toString(), server));
  }

  /** Nodes that kwok pretends, which must run; nothing runs on them. */
  void fakeNodes(int count) throws IOException, InterruptedException {
    run(List.of(scripts.resolve("fake-nodes").toString(), Integer.toString(count)));
  }

  void deleteFakeNodes() throws IOException, InterruptedException {
    kubectl("delete", "nodes", "--selector", "tatara.test/fake");
  }

  /** A controller that was asked for, its definitions, and all that there is of these. */
  void removeController(String name) throws IOException, InterruptedException {
    Path manifests = Path.of(value("BIN")).resolveSibling("images/%s.yaml".formatted(name));
    kubectl("delete", "--ignore-not-found", "--filename", manifests.toString());
  }

  /** Pods that kwok pretends end with this code, all at once. */
  void endFakePods(String namespace, Collection<String> names, int code)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("annotate", "--namespace", namespace, "pods"));
    command.addAll(names);
    command.add("tatara.test/exit=" + code);
    kubectl(command.toArray(String[]::new));
  }

  /** Drains the node of these pods, and takes it into service again. */
  void drain(String pods) throws IOException, InterruptedException {
    String node = value("NODE_NAME");
    try {
      kubectl("drain", node, "--pod-selector", pods, "--delete-emptydir-data", "--timeout=120s");
    } finally {
      kubectl("uncordon", node);
    }
  }

  /**
   * {@code kubectl}, in the checkout.
   *
   * @return what it wrote to standard output
   */
  String kubectl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(value("BIN") + "/kubectl"));
    command.addAll(List.of(words));
    return Tool.run(Map.of("KUBECONFIG", value("KUBECONFIG")), KUBECTL, command);
  }

  /** Makes kinds known to the cluster: a file of definitions, or a folder of such files. */
  void define(String definitions) throws IOException, InterruptedException {
    kubectl("apply", "--server-side", "--force-conflicts", "-f", definitions);
    Patience.await(() -> areEstablished(definitions), () -> definitions + " is not established");
  }

  /** One that is some milliseconds old has no conditions yet, which kubectl takes for an error. */
  private boolean areEstablished(String definitions) {
    try {
      kubectl("wait", "--for=condition=Established", "--timeout=10s", "-f", definitions);
      return true;
    } catch (AssertionError | IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** How long a server is away is what a test is about, so there is no condition to wait for. */
  void await(Duration away) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(away.toNanos());
  }

  /** Java can send SIGTERM and SIGKILL only. */
  void signal(ProcessHandle process, String name) throws IOException, InterruptedException {
    run(List.of("kill", "-" + name, Long.toString(process.pid())));
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("cluster", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(
          "%s failed:%n%s".formatted(String.join(" ", command), Files.readString(log)));
    }
    Files.delete(log);
  }
}
