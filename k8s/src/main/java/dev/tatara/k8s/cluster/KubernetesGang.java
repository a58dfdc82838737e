package dev.tatara.k8s.cluster;

import dev.tatara.config.Secrets;
import dev.tatara.k8s.Gang;
import dev.tatara.k8s.PodStatus;
import dev.tatara.k8s.RunningGang;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gang whose Job or JobSet is in the cluster. That is the truth: it goes on while this launcher,
 * or the API server, is away.
 */
final class KubernetesGang implements RunningGang {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesGang.class);

  /** Beyond the grace period of a pod: for the node to say that it is gone. */
  private static final Duration MARGIN = Duration.ofSeconds(60);

  private static final Duration FIRST_DELAY = Duration.ofSeconds(10);

  /** To ten minutes. */
  private static final int MOST_DOUBLINGS = 6;

  private static final Duration LONGEST_ABSENCE = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final String FAILED =
      "{\"status\":{\"phase\":\"Failed\",\"reason\":\"NodeLost\"}}";

  private final GangObject object;
  private final KubernetesClient client;
  private final String namespace;

  /** The one that makes the pods. */
  private final String job;

  private final GangView view;
  private final NodeReports nodes;
  private final Set<String> avoidedNodes;

  /** Events of an earlier gang of this name say nothing of this one. */
  private final String since = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();

  private final SharedIndexInformer<Pod> informer;

  KubernetesGang(GangObject object, Set<String> avoidedNodes) {
    GangManifests manifests = object.manifests();
    Gang gang = manifests.gang();
    this.object = object;
    this.avoidedNodes = avoidedNodes;
    this.client = object.client();
    this.namespace = manifests.settings().namespace();
    this.job = manifests.jobName();
    this.nodes = new NodeReports(client);
    this.view = new GangView(job, gang.worldSize(), Secrets.of(gang.environment()));
    this.informer =
        client.pods().inNamespace(namespace).withLabels(GangNames.selector(gang)).inform(view);
  }

  @Override
  public List<PodStatus> status() {
    return view.status().stream().map(nodes::with).toList();
  }

  @Override
  public void awaitChange(Duration atMost) throws InterruptedException {
    view.awaitChange(atMost);
  }

  @Override
  public boolean heals() {
    return true;
  }

  @Override
  public Set<String> avoidedNodes() {
    return avoidedNodes;
  }

  @Override
  public boolean waits() {
    return view.waits();
  }

  @Override
  public Optional<String> trouble() {
    if (!view.waits()) {
      return Optional.empty();
    }
    return view.trouble().or(this::queue).or(this::troubleByEvents);
  }

  /** Whether it has not been admitted yet. */
  private Optional<String> queue() {
    String queue = object.manifests().settings().placement().queue();
    if (queue == null) {
      return Optional.empty();
    }
    try {
      return object
          .find()
          .filter(found -> Boolean.TRUE.equals(found.get("spec", "suspend")))
          .map(
              found ->
                  "The %s %s waits in the queue %s to be admitted by Kueue. kubectl -n %s describe workloads tells what it waits for"
                      .formatted(found.getKind(), found.getMetadata().getName(), queue, namespace));
    } catch (KubernetesClientException e) {
      LOG.warn("the cluster does not tell whether job={} is suspended: {}", job, e.getMessage());
      return Optional.empty();
    }
  }

  /** What no pod can say: that there are none, or that one waits for its volumes. */
  private Optional<String> troubleByEvents() {
    try {
      return client.v1().events().inNamespace(namespace).list().getItems().stream()
          .filter(event -> isAboutThis(text(event.getInvolvedObject().getName())))
          .filter(event -> text(event.getLastTimestamp()).compareTo(since) >= 0)
          .map(PodTrouble::of)
          .flatMap(Optional::stream)
          .reduce((older, newer) -> newer);
    } catch (KubernetesClientException e) {
      LOG.warn("the cluster does not tell why job={} waits: {}", job, e.getMessage());
      return Optional.empty();
    }
  }

  private boolean isAboutThis(String name) {
    return name.equals(job) || view.status().stream().anyMatch(pod -> pod.pod().equals(name));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  /** The last means, where the supervisor of a pod does not obey: the cluster makes another one. */
  @Override
  public void kill(int rank) {
    PodStatus pod = view.status().get(rank);
    LOG.info("deletes pod={}", pod.pod());
    PodResource found = client.pods().inNamespace(namespace).withName(pod.pod());
    if (pod.unreachable()) {
      markFailed(found);
    }
    found.withGracePeriod(0).delete();
  }

  /**
   * Its Job waits to hear that it has ended, and nobody on its node will say so. Kubernetes itself
   * does the same once a node is taken out of the cluster (pkg/controller/podgc).
   */
  private void markFailed(PodResource pod) {
    try {
      pod.subresource("status").patch(PatchContext.of(PatchType.STRATEGIC_MERGE), FAILED);
    } catch (KubernetesClientException e) {
      LOG.warn("the cluster does not let job={} do without a pod: {}", job, e.getMessage());
    }
  }

  @Override
  public void restart(int rank, int epoch) {
    view.read(rank);
  }

  /**
   * The Job doubles it with each pod that ends, evictions included, for as long as the Job lives
   * (pkg/controller/job/backoff_utils.go of Kubernetes).
   */
  @Override
  public Duration replacementDelay() {
    int doublings = Math.min(view.ends() - 1, MOST_DOUBLINGS);
    return doublings < 0 ? Duration.ZERO : FIRST_DELAY.multipliedBy(1L << doublings);
  }

  /** A rank that makes no step writes its stacks to the store by itself. */
  @Override
  public void saveStacks() {}

  @Override
  public void leave(Duration grace) {
    informer.close();
    LOG.info("leaves job={} at work", job);
  }

  /** Waits for an API server that is away: a Job that nobody deletes would stay. */
  @Override
  public void terminate(Duration grace) {
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + LONGEST_ABSENCE.toNanos();
    try {
      while (!deleted(grace.plus(MARGIN), deadline)) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } finally {
      informer.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean deleted(Duration most, long deadline) {
    try {
      object.delete(most);
      return true;
    } catch (KubernetesClientException e) {
      boolean refused = e.getCode() >= 400 && e.getCode() < 500;
      if (refused || System.nanoTime() > deadline) {
        throw object.failure("delete", e);
      }
      LOG.warn("job={} is deleted later, the cluster does not answer: {}", job, e.getMessage());
      return false;
    }
  }
}
