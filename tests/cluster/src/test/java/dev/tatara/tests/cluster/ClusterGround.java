package dev.tatara.tests.cluster;

import dev.tatara.activities.gang.FailureBudgets;
import dev.tatara.activities.gang.GangListener;
import dev.tatara.activities.gang.GangPolicy;
import dev.tatara.activities.gang.GangRun;
import dev.tatara.activities.gang.Ledger;
import dev.tatara.base.store.Artifacts;
import dev.tatara.base.store.ObjectStore;
import dev.tatara.base.store.StoreException;
import dev.tatara.config.Json;
import dev.tatara.config.artifact.ManifestObject;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import dev.tatara.config.task.TrainTask;
import dev.tatara.config.task.WorkKeys;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.cluster.ClusterSettings;
import dev.tatara.k8s.cluster.KubernetesPods;
import dev.tatara.k8s.cluster.Placement;
import dev.tatara.tests.pipeline.TinyTraining;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Trainings of seconds in pods of a real cluster, in a namespace that enforces Pod Security
 * "restricted".
 */
final class ClusterGround implements AutoCloseable {
  static final String VERSION = "0.1.0-SNAPSHOT";
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Cluster cluster;
  private final String namespace;
  private final KubernetesClient client;
  private final ObjectStore store;
  private final TinyTraining training;
  private final ExecutorService launchers = Executors.newCachedThreadPool();

  ClusterGround(Cluster cluster, String namespace) throws IOException {
    this.cluster = cluster;
    this.namespace = namespace;
    this.client = cluster.client();
    this.store = ObjectStore.connect(cluster.store());
    this.training = TinyTraining.prepare(new Artifacts(store));
    Namespaces.renew(client, namespace, cluster.secrets());
  }

  /** What an earlier run of the tests has left of it is removed. */
  TrainTask task(String name, int worldSize, int steps) {
    TrainTask task = training.task(name, worldSize, steps, 20);
    store.deleteAll(task.workPrefix());
    store.deleteAll(Artifacts.prefix(task.stage(), task.fingerprint()));
    store.deleteAll("runs/%s/".formatted(task.run()));
    return task;
  }

  /** Launches the gang of this task, or adopts it, in a thread that may be interrupted. */
  Future<List<LedgerEntry>> launch(TrainTask task) {
    return launch(task, settings(), new Silence());
  }

  /** As if failures were never the node's fault: there is no other to move to. */
  Future<List<LedgerEntry>> launchOnTheOnlyNode(TrainTask task) {
    GangPolicy usual = GangPolicy.DEFAULT;
    FailureBudgets budgets =
        new FailureBudgets(
            usual.budgets().infrastructure(), usual.budgets().hang(), Integer.MAX_VALUE);
    return launch(
        task,
        settings(),
        new Silence(),
        new GangPolicy(
            usual.poll(),
            usual.soon(),
            usual.hang(),
            usual.stalled(),
            usual.grace(),
            usual.farewell(),
            usual.formation(),
            budgets));
  }

  Future<List<LedgerEntry>> launch(
      TrainTask task, ClusterSettings settings, GangListener listener) {
    return launch(task, settings, listener, GangPolicy.DEFAULT);
  }

  /** By somebody who may have less rights. */
  Future<List<LedgerEntry>> launchBy(KubernetesClient worker, TrainTask task) {
    return launch(worker, task, settings(), new Silence(), GangPolicy.DEFAULT);
  }

  private Future<List<LedgerEntry>> launch(
      TrainTask task, ClusterSettings settings, GangListener listener, GangPolicy policy) {
    return launch(client, task, settings, listener, policy);
  }

  private Future<List<LedgerEntry>> launch(
      KubernetesClient worker,
      TrainTask task,
      ClusterSettings settings,
      GangListener listener,
      GangPolicy policy) {
    KubernetesPods pods = new KubernetesPods(worker, settings);
    GangRun gangs = new GangRun(pods, store, cluster.store(), policy, Clock.systemUTC());
    return launchers.submit(() -> gangs.toEnd(TinyTraining.gang(task), listener));
  }

  /** As they should be. */
  ClusterSettings settings() {
    return new ClusterSettings(
        namespace,
        Map.of(
            Gang.Image.TRAINER,
            "tatara/trainer:" + VERSION,
            Gang.Image.EVALUATOR,
            "tatara/evaluator:" + VERSION),
        "Never",
        List.of(),
        Namespaces.SECRET,
        Placement.anywhere());
  }

  /** As they should be, with pods elsewhere or of another size. */
  ClusterSettings settings(Placement placement) {
    ClusterSettings usual = settings();
    return new ClusterSettings(
        usual.namespace(),
        usual.images(),
        usual.pullPolicy(),
        usual.pullSecrets(),
        usual.s3Secret(),
        placement);
  }

  /** Anywhere, trainers of this size. */
  static Placement placement(ResourceRequirements trainer, List<Toleration> tolerations) {
    return new Placement(
        Map.of(),
        tolerations,
        null,
        trainer,
        Placement.anywhere().evaluator(),
        null,
        null,
        null,
        null,
        null,
        false);
  }

  static List<LedgerEntry> end(Future<List<LedgerEntry>> launcher) throws Exception {
    return launcher.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
  }

  void awaitStep(TrainTask task, int step) {
    await(
        () ->
            progress(task)
                .filter(p -> p.phase().equals("training") && p.done() >= step)
                .isPresent());
  }

  private Optional<TaskProgress> progress(TrainTask task) {
    try {
      return store
          .readIfPresent(new WorkKeys(task.workPrefix()).progress())
          .map(bytes -> Json.read(bytes, TaskProgress.class));
    } catch (StoreException e) {
      return Optional.empty(); // the test has just killed it
    }
  }

  void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not so after %s:%n%s".formatted(LONGEST, phases()));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  List<Pod> pods() {
    return client.pods().inNamespace(namespace).list().getItems();
  }

  private String phases() {
    return pods().stream()
        .map(
            pod ->
                "%s on %s: %s"
                    .formatted(
                        pod.getMetadata().getName(),
                        pod.getSpec().getNodeName(),
                        pod.getStatus().getPhase()))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  /** The pod of a rank that is at work. */
  Pod pod(int rank) {
    return pods().stream()
        .filter(
            pod ->
                Integer.toString(rank)
                    .equals(
                        pod.getMetadata()
                            .getLabels()
                            .get("batch.kubernetes.io/job-completion-index")))
        .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("rank %d has no pod: %s".formatted(rank, phases())));
  }

  String uid(int rank) {
    return pod(rank).getMetadata().getUid();
  }

  /** The process that trains in a rank's pod: not the first of the pod, which supervises it. */
  ProcessHandle process(int rank) {
    String pod = "TATARA_POD=" + pod(rank).getMetadata().getName();
    return ProcessHandle.allProcesses()
        .filter(process -> isTrainer(process, pod))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no process of rank " + rank));
  }

  private static boolean isTrainer(ProcessHandle process, String pod) {
    Path folder = Path.of("/proc", Long.toString(process.pid()));
    try {
      String command = Files.readString(folder.resolve("cmdline"), StandardCharsets.ISO_8859_1);
      return command.contains("dev.tatara.trainer.Main")
          && !command.contains("Supervisor")
          && List.of(
                  Files.readString(folder.resolve("environ"), StandardCharsets.ISO_8859_1)
                      .split("\0"))
              .contains(pod);
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

  List<LedgerEntry> ledger(TrainTask task) {
    return new Ledger(store).entries(task.run());
  }

  /** Last lines of the logs of what failed. */
  List<String> logs(TrainTask task) {
    return store.list("runs/%s/logs/".formatted(task.run())).stream()
        .map(key -> new String(store.read(key), StandardCharsets.UTF_8))
        .toList();
  }

  List<ManifestObject> model(TrainTask task) {
    return training.model(task);
  }

  /**
   * For gangs on pretended nodes: a pod there that is deleted ends without having failed, which its
   * Job, and so its namespace, would wait for.
   */
  void deleteJobs() {
    client.batch().v1().jobs().inNamespace(namespace).delete();
  }

  @Override
  public void close() {
    launchers.shutdownNow();
    client.namespaces().withName(namespace).delete();
    client.close();
  }

  /** Nobody listens, and nobody cancels. */
  static final class Silence implements GangListener {
    @Override
    public void looked(@Nullable TaskProgress progress) {
      // The test looks for itself.
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void failed(LedgerEntry entry) {
      // The entries are returned in the end.
    }
  }
}
