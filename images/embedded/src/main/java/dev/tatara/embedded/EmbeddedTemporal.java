package dev.tatara.embedded;

import dev.tatara.config.InvalidInputException;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.temporal.internal.testservice.GRPCServerHelper;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Temporal's Java test server on a real port. Its state is in memory: what must outlive this
 * process lies in the object store.
 */
public final class EmbeddedTemporal implements AutoCloseable {
  private static final boolean TIME_SKIPPING_LOCKED = true;
  private static final long CLOCK_OF_THIS_MACHINE = 0;

  private final TestServicesStarter services;
  private final Server server;

  private EmbeddedTemporal(TestServicesStarter services, Server server) {
    this.services = services;
    this.server = server;
  }

  /**
   * Starts the server; it answers when this returns.
   *
   * @param port 0 for any free one
   * @throws InvalidInputException if the port is taken
   */
  public static EmbeddedTemporal start(int port) {
    Ports.requireFree(port, "Temporal", "--temporal-port");
    // Unlocked, the server's clock runs years ahead as soon as no activity is running.
    var services = new TestServicesStarter(TIME_SKIPPING_LOCKED, CLOCK_OF_THIS_MACHINE);
    try {
      // TestServer.createPortBoundServer would listen on all interfaces, without a password.
      var builder = NettyServerBuilder.forAddress(Ports.address(port));
      GRPCServerHelper.registerServicesAndHealthChecks(services.getServices(), builder);
      return new EmbeddedTemporal(services, builder.build().start());
    } catch (IOException e) {
      services.close();
      throw Ports.taken(port, "Temporal", "--temporal-port", e);
    }
  }

  /** Host and port, as in {@code TEMPORAL_ADDRESS}. */
  public String address() {
    return Ports.LOOPBACK + ":" + server.getPort();
  }

  /** Ends the server and forgets all its workflows. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    services.close();
  }
}
