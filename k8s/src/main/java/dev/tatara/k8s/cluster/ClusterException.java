package dev.tatara.k8s.cluster;

/** The cluster does not answer, or not as it should; trying again later may help. */
public final class ClusterException extends RuntimeException {
  ClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
