package dev.tatara.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tatara.config.InvalidInputException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class EmbeddedTemporalTest {
  private static final String QUEUE = "clock";

  /** Tells the time of the server. */
  @WorkflowInterface
  public interface Clock {
    @WorkflowMethod
    long now();
  }

  /** Sleeps first, for a server that skips time would then be ahead. */
  public static final class ClockImpl implements Clock {
    @Override
    public long now() {
      Workflow.sleep(Duration.ofMillis(200));
      return Workflow.currentTimeMillis();
    }
  }

  @Test
  void runsWorkflowsInThePresent() {
    try (var server = EmbeddedTemporal.start(0)) {
      WorkflowServiceStubs stubs = connect(server);
      WorkflowClient client = WorkflowClient.newInstance(stubs);
      WorkerFactory workers = WorkerFactory.newInstance(client);
      workers.newWorker(QUEUE).registerWorkflowImplementationTypes(ClockImpl.class);
      workers.start();

      long now =
          client
              .newWorkflowStub(
                  Clock.class, WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build())
              .now();

      assertThat(Instant.ofEpochMilli(now))
          .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
      workers.shutdownNow();
      stubs.shutdownNow();
    }
  }

  @Test
  void saysWhatToDoWhenThePortIsTaken() {
    try (var first = EmbeddedTemporal.start(0)) {
      int port = Integer.parseInt(first.address().split(":", 2)[1]);

      assertThatThrownBy(() -> EmbeddedTemporal.start(port))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("--temporal-port");
    }
  }

  private static WorkflowServiceStubs connect(EmbeddedTemporal server) {
    return WorkflowServiceStubs.newServiceStubs(
        WorkflowServiceStubsOptions.newBuilder().setTarget(server.address()).build());
  }
}
