package dev.tatara.operator;

import com.sun.net.httpserver.HttpServer;
import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Answers {@code /healthz}: 200 while the operator watches its resources, else 503. */
final class HealthServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final int NO_BODY = -1;

  private final HttpServer server;

  private HealthServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts on {@code TATARA_HEALTH_PORT}, any free one if it is 0 or not set.
   *
   * @throws InvalidInputException if the port is taken
   */
  static HealthServer start(Map<String, String> environment, BooleanSupplier healthy) {
    String port = environment.getOrDefault("TATARA_HEALTH_PORT", "0");
    String host = environment.getOrDefault("TATARA_METRICS_HOST", "127.0.0.1");
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(host, Integer.parseInt(port)), 0);
      server.createContext(
          "/healthz",
          exchange -> {
            try (exchange) {
              exchange.sendResponseHeaders(healthy.getAsBoolean() ? OK : UNAVAILABLE, NO_BODY);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      server.start();
      return new HealthServer(server);
    } catch (IOException | NumberFormatException e) {
      throw new InvalidInputException(
          "TATARA_HEALTH_PORT is %s, and that port cannot be opened (%s); choose a free one, or 0 for any"
              .formatted(port, e.getMessage()),
          e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
