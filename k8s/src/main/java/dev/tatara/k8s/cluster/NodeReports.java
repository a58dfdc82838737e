package dev.tatara.k8s.cluster;

import dev.tatara.k8s.PodStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to the evidence of a pod's end what is wrong with its node, asked once, soon after the end
 * or once it is not reached any more. Nodes belong to the whole cluster: where the worker has no
 * right to read them, nothing is added. Not thread-safe.
 */
final class NodeReports {
  private static final Logger LOG = LoggerFactory.getLogger(NodeReports.class);

  private final KubernetesClient client;

  /** By pod, and whether it has ended; empty strings for nodes with which nothing is wrong. */
  private final Map<String, String> known = new HashMap<>();

  private boolean readable = true;

  NodeReports(KubernetesClient client) {
    this.client = client;
  }

  /** The same for a pod that runs, or has ended well. */
  PodStatus with(PodStatus pod) {
    Integer code = pod.exitCode();
    boolean goesWell = code == null ? !pod.unreachable() : code == 0;
    if (goesWell || pod.node().isEmpty()) {
      return pod;
    }
    String trouble =
        known.computeIfAbsent(pod.pod() + " " + code, name -> ask(pod.node()).orElse(""));
    if (trouble.isEmpty()) {
      return pod;
    }
    String evidence = pod.lastLine().isEmpty() ? trouble : trouble + ": " + pod.lastLine();
    return new PodStatus(
        pod.rank(),
        pod.pod(),
        pod.node(),
        pod.exitCode(),
        evidence,
        pod.dismissed(),
        pod.unreachable(),
        pod.log());
  }

  private Optional<String> ask(String name) {
    if (!readable) {
      return Optional.empty();
    }
    try {
      Node node = client.nodes().withName(name).get();
      return node == null
          ? Optional.of("its node %s is gone from the cluster".formatted(name))
          : NodeTrouble.of(node);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        readable = false;
        LOG.info("nodes may not be read (rbac.readNodes of the chart): the ledger does without");
      } else {
        LOG.warn("the cluster does not tell of node={}: {}", name, e.getMessage());
      }
      return Optional.empty();
    }
  }
}
