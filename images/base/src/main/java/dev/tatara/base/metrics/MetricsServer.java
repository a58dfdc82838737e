package dev.tatara.base.metrics;

import dev.tatara.config.InvalidInputException;
import io.prometheus.client.exporter.HTTPServer;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the metrics of this process to Prometheus at {@code /metrics}. */
public final class MetricsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

  private final HTTPServer server;

  private MetricsServer(HTTPServer server) {
    this.server = server;
  }

  /**
   * Starts on {@code TATARA_METRICS_PORT}; on any free port if it is 0 or not set.
   *
   * @throws InvalidInputException if the port is taken
   */
  public static MetricsServer start(Map<String, String> environment) {
    DefaultExports.initialize();
    String port = environment.getOrDefault("TATARA_METRICS_PORT", "0");
    try {
      HTTPServer server =
          new HTTPServer.Builder()
              .withHostname(environment.getOrDefault("TATARA_METRICS_HOST", "127.0.0.1"))
              .withPort(Integer.parseInt(port))
              .withDaemonThreads(true)
              .build();
      LOG.info("metrics address=http://127.0.0.1:{}/metrics", server.getPort());
      return new MetricsServer(server);
    } catch (IOException | NumberFormatException e) {
      throw new InvalidInputException(
          "TATARA_METRICS_PORT is %s, and that port cannot be opened (%s); choose a free one, or 0 for any"
              .formatted(port, e.getMessage()),
          e);
    }
  }

  /** The port that was opened. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.close();
  }
}
