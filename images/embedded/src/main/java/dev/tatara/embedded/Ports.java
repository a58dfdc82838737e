package dev.tatara.embedded;

import dev.tatara.config.InvalidInputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** TCP ports of the loopback address. */
final class Ports {
  static final String LOOPBACK = "127.0.0.1";

  private Ports() {}

  /** The loopback address (IPv4, whatever the machine prefers) with this port. */
  static InetSocketAddress address(int port) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  /**
   * Finds out whether the port can be had, before a server is built whose own failure would be hard
   * to read.
   *
   * @param port 0 passes always
   * @throws InvalidInputException if something listens there or this user may not
   */
  static void requireFree(int port, String service, String option) {
    if (port < 0 || port > 65535) {
      throw new InvalidInputException(
          "%s: port %d is not between 0 and 65535; choose another with %s"
              .formatted(service, port, option));
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address(port));
    } catch (IOException e) {
      throw taken(port, service, option, e);
    }
  }

  static InvalidInputException taken(int port, String service, String option, Exception cause) {
    return new InvalidInputException(
        "%s cannot listen on %s:%d (%s); stop the program that holds the port, or choose another with %s"
            .formatted(service, LOOPBACK, port, cause.getMessage(), option),
        cause);
  }
}
