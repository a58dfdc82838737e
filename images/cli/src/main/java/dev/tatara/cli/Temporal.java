package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import dev.tatara.workflows.PipelineJson;
import dev.tatara.workflows.client.TemporalConnection;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A connection to the Temporal server. */
final class Temporal implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(90);

  private final WorkflowServiceStubs stubs;
  private final WorkflowClient client;

  private Temporal(WorkflowClient client) {
    this.stubs = client.getWorkflowServiceStubs();
    this.client = client;
  }

  /** Whether the environment names a server: then no embedded one is used. */
  static boolean isNamed(Map<String, String> environment) {
    return !environment.getOrDefault("TEMPORAL_ADDRESS", "").isBlank();
  }

  /**
   * Connects to the server that the environment names, with the certificates or the key that it
   * names too.
   *
   * @throws InvalidInputException if it does not answer, or refuses
   */
  static Temporal connect(Map<String, String> environment) {
    return new Temporal(TemporalConnection.connect(environment));
  }

  /**
   * Connects to an embedded server.
   *
   * @throws InvalidInputException if it does not answer
   */
  static Temporal connect(String address, String namespace) {
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(address).build());
    try {
      awaitAnswer(stubs);
    } catch (RuntimeException e) {
      stubs.shutdownNow();
      throw new InvalidInputException(
          "The embedded Temporal at %s does not answer (%s); end the command that runs it, and start it again"
              .formatted(address, e.getMessage()),
          e);
    }
    return new Temporal(
        WorkflowClient.newInstance(
            stubs,
            WorkflowClientOptions.newBuilder()
                .setNamespace(namespace)
                .setDataConverter(PipelineJson.converter())
                .build()));
  }

  /** A server that refuses is given up soon; one that is slow, on a busy machine, is not. */
  private static void awaitAnswer(WorkflowServiceStubs stubs) {
    long deadline = System.nanoTime() + LONGEST_PATIENCE.toNanos();
    while (true) {
      try {
        stubs.connect(PATIENCE);
        return;
      } catch (StatusRuntimeException e) {
        boolean slow = e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED;
        if (!slow || System.nanoTime() > deadline) {
          throw e;
        }
      }
    }
  }

  WorkflowClient client() {
    return client;
  }

  @Override
  public void close() {
    stubs.shutdownNow();
    stubs.awaitTermination(5, TimeUnit.SECONDS);
  }
}
