package dev.tatara.activities.gang;

import dev.tatara.config.task.FailureClass;
import dev.tatara.config.task.Heartbeat;
import dev.tatara.k8s.PodStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Finds ranks that went with their node. The cluster cannot tell a node that is gone from one whose
 * kubelet is away for a while: the pods of both are unreachable, for hours if need be. A rank that
 * gives no sign of life either is gone; one that does is left alone.
 */
final class SilentNodes {
  /** A rank that is alive gives a sign every two seconds. */
  private static final Duration SILENT = Duration.ofSeconds(20);

  private final LongSupplier nanos;

  /** Of ranks that are not reached, by rank: the newest sign, and when it was first seen. */
  private final Map<Integer, Sign> signs = new HashMap<>();

  private record Sign(Optional<Heartbeat> beat, long at) {}

  /**
   * @param nanos a clock that only goes on
   */
  SilentNodes(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * What is gone by now.
   *
   * @param pods of the gang
   * @param beats of its ranks; only asked for when a pod is unreachable
   * @throws dev.tatara.base.store.StoreException if the store does not give these
   */
  List<Verdict> gone(List<PodStatus> pods, Supplier<List<Heartbeat>> beats) {
    List<PodStatus> unreachable = pods.stream().filter(PodStatus::unreachable).toList();
    signs.keySet().removeIf(rank -> unreachable.stream().noneMatch(pod -> pod.rank() == rank));
    if (unreachable.isEmpty()) {
      return List.of();
    }
    List<Heartbeat> newest = beats.get();
    return unreachable.stream().filter(pod -> isSilent(pod, newest)).map(this::verdict).toList();
  }

  /** Begins to wait anew. */
  void forget() {
    signs.clear();
  }

  private boolean isSilent(PodStatus pod, List<Heartbeat> beats) {
    Optional<Heartbeat> beat = beats.stream().filter(b -> b.rank() == pod.rank()).findFirst();
    long now = nanos.getAsLong();
    Sign known = signs.get(pod.rank());
    if (known == null || !known.beat().equals(beat)) {
      signs.put(pod.rank(), new Sign(beat, now));
      return false;
    }
    return now - known.at() > SILENT.toNanos();
  }

  private Verdict verdict(PodStatus pod) {
    String node =
        pod.lastLine().isEmpty()
            ? "its node %s does not answer for it".formatted(pod.node())
            : pod.lastLine();
    long seconds =
        Duration.ofNanos(nanos.getAsLong() - Objects.requireNonNull(signs.get(pod.rank())).at())
            .toSeconds();
    String evidence =
        "%s, and it has given no sign of life for more than %d s".formatted(node, seconds);
    return new Verdict(
        new PodStatus(pod.rank(), pod.pod(), pod.node(), null, evidence),
        FailureClass.INFRASTRUCTURE);
  }
}
