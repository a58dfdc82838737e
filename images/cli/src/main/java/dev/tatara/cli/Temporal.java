package dev.tatara.cli;

import dev.tatara.config.InvalidInputException;
import dev.tatara.workflows.PipelineJson;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A connection to the Temporal server. */
final class Temporal implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(90);

  private final WorkflowServiceStubs stubs;
  private final WorkflowClient client;

  private Temporal(WorkflowServiceStubs stubs, String namespace) {
    this.stubs = stubs;
    this.client =
        WorkflowClient.newInstance(
            stubs,
            WorkflowClientOptions.newBuilder()
                .setNamespace(namespace)
                .setDataConverter(PipelineJson.converter())
                .build());
  }

  /**
   * Connects.
   *
   * @throws InvalidInputException if the server does not answer
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
          "Temporal at %s does not answer (%s); check TEMPORAL_ADDRESS, or unset it to use the embedded server"
              .formatted(address, e.getMessage()),
          e);
    }
    return new Temporal(stubs, namespace);
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
