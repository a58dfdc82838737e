package dev.tatara.k8s.cluster;

import dev.tatara.config.Secrets;
import dev.tatara.k8s.PodStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
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
  private final String job;
  private final int worldSize;
  private final Secrets secrets;

  /** By name. */
  private final Map<String, Pod> pods = new TreeMap<>();

  /** Names of pods whose end was told to {@link #ends}. */
  private final Set<String> ended = new HashSet<>();

  /** By rank, oldest first. */
  private final Map<Integer, Deque<PodStatus>> ends = new TreeMap<>();

  private int failed;
  private long changes;

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
    pods.remove(name(pod));
    end(PodEnd.gone(pod, secrets));
  }

  private void seen(Pod pod) {
    pods.put(name(pod), pod);
    PodStatus status = PodEnd.status(pod, secrets);
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

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
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
        .map(pod -> PodEnd.status(pod, secrets))
        // Its pod is to come: the cluster makes it.
        .orElseGet(() -> new PodStatus(rank, "%s-%d".formatted(job, rank), "", null, ""));
  }

  private Optional<Pod> newest(int rank) {
    return pods.values().stream()
        .filter(pod -> GangManifests.rank(pod.getMetadata()) == rank)
        .filter(pod -> !phase(pod).equals("Failed"))
        .max(Comparator.comparing(pod -> pod.getMetadata().getCreationTimestamp()));
  }

  private static String phase(Pod pod) {
    String phase = pod.getStatus().getPhase();
    return phase == null ? "" : phase;
  }

  /** Some rank's pod is not there or has not started. */
  synchronized boolean waits() {
    return IntStream.range(0, worldSize)
        .mapToObj(rank -> newest(rank).map(GangView::phase).orElse(""))
        .anyMatch(phase -> phase.isEmpty() || phase.equals("Pending"));
  }

  /** Why some rank does not start, as its pod says. */
  synchronized Optional<String> trouble() {
    return IntStream.range(0, worldSize)
        .mapToObj(this::newest)
        .flatMap(Optional::stream)
        .filter(pod -> phase(pod).equals("Pending"))
        .map(PodTrouble::of)
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
