package dev.tatara.cli;

import dev.tatara.base.store.StoreSettings;
import dev.tatara.embedded.EmbeddedObjectStore;
import dev.tatara.embedded.EmbeddedTemporal;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;

/**
 * The Temporal server and the object store of a command: the real ones that {@code
 * TEMPORAL_ADDRESS} and {@code S3_ENDPOINT} name, else embedded ones that live as long as this.
 */
final class Services implements AutoCloseable {
  static final String BUCKET = "tatara";

  private final Endpoints endpoints;
  private final Deque<AutoCloseable> started;

  private Services(Endpoints endpoints, Deque<AutoCloseable> started) {
    this.endpoints = endpoints;
    this.started = started;
  }

  /**
   * Ports for the embedded services.
   *
   * @param temporal 0 for any free one
   * @param s3 0 for any free one
   */
  record Ports(int temporal, int s3) {
    static final Ports ANY = new Ports(0, 0);
  }

  /**
   * Takes the state for itself, and starts what the environment does not name.
   *
   * @param purpose what for, for those who find the state taken
   * @throws dev.tatara.config.InvalidInputException if the state or a port is taken, or a variable
   *     is missing
   */
  static Services start(State state, String purpose, Ports ports, Map<String, String> environment) {
    Deque<AutoCloseable> started = new ArrayDeque<>();
    try {
      started.push(StateLock.take(state, purpose));
      StoreSettings store = store(state, ports, environment, started);
      String temporal = environment.getOrDefault("TEMPORAL_ADDRESS", "");
      if (!Temporal.isNamed(environment)) {
        EmbeddedTemporal server = EmbeddedTemporal.start(ports.temporal());
        started.push(server);
        temporal = server.address();
      }
      String namespace = environment.getOrDefault("TEMPORAL_NAMESPACE", "default");
      return new Services(new Endpoints(temporal, namespace, store), started);
    } catch (RuntimeException e) {
      closeAll(started);
      throw e;
    }
  }

  private static StoreSettings store(
      State state, Ports ports, Map<String, String> environment, Deque<AutoCloseable> started) {
    if (!environment.getOrDefault("S3_ENDPOINT", "").isBlank()) {
      return StoreSettings.fromEnvironment(environment);
    }
    String accessKey = environment.getOrDefault("AWS_ACCESS_KEY_ID", "tatara");
    String secretKey = secret();
    EmbeddedObjectStore server =
        EmbeddedObjectStore.start(state.objects(), ports.s3(), accessKey, secretKey);
    started.push(server);
    return embedded(server, accessKey, secretKey);
  }

  static StoreSettings embedded(EmbeddedObjectStore server, String accessKey, String secretKey) {
    return new StoreSettings(server.endpoint(), "us-east-1", accessKey, secretKey, BUCKET, "");
  }

  /** Anew for each start: what is not kept cannot leak. */
  static String secret() {
    byte[] bytes = new byte[20];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  Endpoints endpoints() {
    return endpoints;
  }

  @Override
  public void close() {
    closeAll(started);
  }

  private static void closeAll(Deque<AutoCloseable> started) {
    RuntimeException failure = null;
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        failure = new IllegalStateException("a service did not stop: " + e.getMessage(), e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
