package dev.tatara.operator;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.errordetails.v1.NamespaceNotFoundFailure;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverter;
import io.temporal.serviceclient.StatusUtils;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls to Temporal by its own protocol: each has a limit, so that one that is not answered holds
 * up nothing else for long.
 */
final class TemporalCalls {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final WorkflowClient client;

  TemporalCalls(WorkflowClient client) {
    this.client = client;
  }

  String namespace() {
    return client.getOptions().getNamespace();
  }

  DataConverter converter() {
    return client.getOptions().getDataConverter();
  }

  WorkflowServiceBlockingStub stub() {
    return stub(LIMIT);
  }

  WorkflowServiceBlockingStub stub(Duration limit) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * @throws TemporalAwayException if the call fails
   */
  <T> T ask(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw TemporalAwayException.of(
          String.valueOf(client.getWorkflowServiceStubs().getOptions().getTarget()),
          namespace(),
          e);
    }
  }

  /** Empty if there is no such workflow; a namespace that is missing is another matter. */
  static <T> Optional<T> present(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND
          && !StatusUtils.hasFailure(e, NamespaceNotFoundFailure.class)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The newest of this id. */
  static WorkflowExecution execution(String id) {
    return WorkflowExecution.newBuilder().setWorkflowId(id).build();
  }
}
