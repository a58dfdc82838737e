package dev.tatara.k8s.cluster;

import dev.tatara.config.Secrets;
import dev.tatara.k8s.PodStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The pods of a gang as the cluster tells of them, event by event. The end of a pod is shown until
 * it was taken note of, even if the cluster has replaced the pod long before anybody looked.
 * Thread-safe.
 */
final class GangView implements ResourceEventHandler<Pod> {
  private static final String PENDING = "Pending";

  private final String job;
  private final int worldSize;
  private final Secrets secrets;

  /** By rank and name. */
  private final Map<Integer, Map<String, Seen>> pods = new HashMap<>();

  /** Names of pods whose end was told to {@link #ends}. */
  private final Set<String> ended = new HashSet<>();

  /** By rank, oldest first. */
  private final Map<Integer, Deque<PodStatus>> ends = new TreeMap<>();

  private int failed;
  private long changes;

  /** What of a pod is of use here: pods themselves are large, and gangs have thousands. */
  private record Seen(PodStatus status, String phase, String created, Optional<String> trouble) {}

  GangView(String job, int worldSize, Secrets secrets) {
    this.job = job;
    this.worldSize = worldSize;
    this.secrets = secrets;
  }

  @Override
  public synchronized void onAdd(Pod pod) {
    seen(pod);
  }

  @Override
  public synchronized void onUpdate(Pod before, Pod pod) {
    seen(pod);
  }

  @Override
  public synchronized void onDelete(Pod pod, boolean lastStateUnknown) {
    PodStatus last = PodEnd.gone(pod, secrets);
    ofRank(last.rank()).remove(last.pod());
    end(last);
  }

  private void seen(Pod pod) {
    PodStatus status = PodEnd.status(pod, secrets);
    String phase = Optional.ofNullable(pod.getStatus().getPhase()).orElse("");
    Optional<String> trouble = phase.equals(PENDING) ? PodTrouble.of(pod) : Optional.empty();
    ofRank(status.rank())
        .put(
            status.pod(),
            new Seen(status, phase, pod.getMetadata().getCreationTimestamp(), trouble));
    if (!status.running()) {
      end(status);
    }
  }

  private void end(PodStatus status) {
    if (!ended.add(status.pod())) {
      return;
    }
    boolean well = Integer.valueOf(0).equals(status.exitCode());
    if (!well) {
      failed++;
      ends.computeIfAbsent(status.rank(), rank -> new ArrayDeque<>()).add(status);
    }
    changes++;
    notifyAll();
  }

  private Map<String, Seen> ofRank(int rank) {
    return pods.computeIfAbsent(rank, each -> new HashMap<>());
  }

  /** By rank: an end that was not taken note of, else what its newest pod is doing. */
  synchronized List<PodStatus> status() {
    return IntStream.range(0, worldSize).mapToObj(this::status).toList();
  }

  private PodStatus status(int rank) {
    Deque<PodStatus> unread = ends.get(rank);
    if (unread != null && !unread.isEmpty()) {
      return unread.getFirst();
    }
    return newest(rank)
        .map(Seen::status)
        // Its pod is to come: the cluster makes it.
        .orElseGet(() -> new PodStatus(rank, "%s-%d".formatted(job, rank), "", null, ""));
  }

  private Optional<Seen> newest(int rank) {
    return ofRank(rank).values().stream()
        .filter(pod -> !pod.phase().equals("Failed"))
        .max(Comparator.comparing(Seen::created));
  }

  /** Some rank's pod is not there or has not started. */
  synchronized boolean waits() {
    return IntStream.range(0, worldSize)
        .mapToObj(rank -> newest(rank).map(Seen::phase).orElse(""))
        .anyMatch(phase -> phase.isEmpty() || phase.equals(PENDING));
  }

  /** Why some rank does not start, as its pod says. */
  synchronized Optional<String> trouble() {
    return IntStream.range(0, worldSize)
        .mapToObj(this::newest)
        .flatMap(Optional::stream)
        .map(Seen::trouble)
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** How many pods have ended otherwise than well. */
  synchronized int ends() {
    return failed;
  }

  /** Takes note of the oldest end of a rank. */
  synchronized void read(int rank) {
    Deque<PodStatus> unread = ends.get(rank);
    if (unread != null) {
      unread.pollFirst();
    }
  }

  /** Waits until a pod has ended that had not when it was called, or the time is up. */
  synchronized void awaitChange(Duration atMost) throws InterruptedException {
    long before = changes;
    long deadline = System.nanoTime() + atMost.toNanos();
    for (long left = atMost.toNanos(); changes == before && left > 0; ) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = deadline - System.nanoTime();
    }
  }
}
