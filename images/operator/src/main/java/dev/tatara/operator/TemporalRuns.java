package dev.tatara.operator;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.protobuf.Timestamp;
import dev.tatara.config.Json;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.RunDocument;
import dev.tatara.operator.RunFacts.Phase;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.TaskQueues;
import dev.tatara.workflows.client.NewestProgress;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What Temporal tells of the workflows of a namespace, by their ids. Every method throws {@link
 * TemporalAwayException} if the server does not answer.
 */
final class TemporalRuns {
  /** For an answer of a worker; a look at the resource waits for it. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** A worker of a newer version may tell more than this process knows. */
  private static final ObjectMapper LENIENT =
      Json.MAPPER.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final TemporalCalls calls;
  private final String namespace;
  private final DataConverter converter;

  TemporalRuns(TemporalCalls calls) {
    this.calls = calls;
    this.namespace = calls.namespace();
    this.converter = calls.converter();
  }

  /** The newest workflow of this id; empty if there is none, or none any more. */
  Optional<RunFacts> look(String id) {
    Optional<RunFacts> newest = info(TemporalCalls.execution(id)).map(this::facts);
    return newest
        .filter(facts -> facts.owner() == null && facts.isContinued())
        .flatMap(facts -> info(first(id, facts)).map(this::owner).map(facts::ownedBy))
        .or(() -> newest);
  }

  private Optional<WorkflowExecutionInfo> info(WorkflowExecution execution) {
    return describe(execution).map(answer -> answer.getWorkflowExecutionInfo());
  }

  private Optional<DescribeWorkflowExecutionResponse> describe(WorkflowExecution execution) {
    DescribeWorkflowExecutionRequest request =
        DescribeWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setExecution(execution)
            .build();
    return calls.ask(
        () -> TemporalCalls.present(() -> calls.stub().describeWorkflowExecution(request)));
  }

  private static WorkflowExecution first(String id, RunFacts facts) {
    return TemporalCalls.execution(id).toBuilder().setRunId(facts.firstRunId()).build();
  }

  /** The same facts with what a workflow at work tells of itself, or why it does not. */
  RunFacts listen(String id, RunFacts facts) {
    if (!facts.isRunning()) {
      return facts;
    }
    try {
      PipelineStatus told = progress(id);
      return facts.telling(
          describe(TemporalCalls.execution(id))
              .map(seen -> NewestProgress.of(told, seen, converter))
              .orElse(told));
    } catch (StatusRuntimeException | DataConverterException | IllegalArgumentException e) {
      return facts.silent(silence(e));
    }
  }

  /** The spec that a workflow was started with; null if it is not one of this version. */
  @Nullable PipelineSpec input(String id, RunFacts facts) {
    Optional<HistoryEvent> first =
        event(first(id, facts), HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
    if (first.isEmpty() || !first.get().hasWorkflowExecutionStartedEventAttributes()) {
      return null;
    }
    try {
      Payloads input = first.get().getWorkflowExecutionStartedEventAttributes().getInput();
      RunDocument document = read(input, RunDocument.class);
      return document == null ? null : document.spec();
    } catch (DataConverterException | IllegalArgumentException e) {
      return null; // then all of it counts as changed
    }
  }

  private RunFacts facts(WorkflowExecutionInfo info) {
    Phase phase = phase(info);
    Optional<HistoryEvent> end =
        phase == Phase.RUNNING
            ? Optional.empty()
            : event(
                info.getExecution(), HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
    JsonNode result =
        end.map(event -> CloseEvent.result(event, this::tree)).orElse(MissingNode.getInstance());
    String first = info.getFirstRunId();
    return new RunFacts(
        info.getExecution().getRunId(),
        first.isEmpty() ? info.getExecution().getRunId() : first,
        phase,
        owner(info),
        time(info.hasStartTime(), info.getStartTime()),
        time(info.hasCloseTime(), info.getCloseTime()),
        null,
        "",
        end.map(CloseEvent::failure).orElse(null),
        result.path("model").path("uri").textValue(),
        result.path("rankHours").isNumber()
            ? Double.valueOf(result.path("rankHours").doubleValue())
            : null);
  }

  private PipelineStatus progress(String id) {
    QueryWorkflowRequest request =
        QueryWorkflowRequest.newBuilder()
            .setNamespace(namespace)
            .setExecution(TemporalCalls.execution(id))
            .setQuery(WorkflowQuery.newBuilder().setQueryType("status"))
            .build();
    WorkflowServiceBlockingStub stub = calls.stub(ANSWER);
    PipelineStatus status =
        read(stub.queryWorkflow(request).getQueryResult(), PipelineStatus.class);
    if (status == null) {
      throw new IllegalArgumentException("an empty answer");
    }
    return status;
  }

  private String silence(RuntimeException failure) {
    if (failure instanceof StatusRuntimeException refused) {
      return switch (refused.getStatus().getCode()) {
        case DEADLINE_EXCEEDED, FAILED_PRECONDITION ->
            "No worker answers on the task queue %s; check that one runs: kubectl get deployments -l app.kubernetes.io/component=worker"
                .formatted(TaskQueues.WORKFLOWS);
        default ->
            "The workflow does not say how far it is (%s); look into the worker's log"
                .formatted(refused.getStatus().getCode());
      };
    }
    return "What the workflow says is not understood; let operator and worker have the same version";
  }

  private Optional<HistoryEvent> event(WorkflowExecution execution, HistoryEventFilterType filter) {
    GetWorkflowExecutionHistoryRequest request =
        GetWorkflowExecutionHistoryRequest.newBuilder()
            .setNamespace(namespace)
            .setExecution(execution)
            .setHistoryEventFilterType(filter)
            .setMaximumPageSize(1)
            .build();
    History history =
        calls
            .ask(
                () ->
                    TemporalCalls.present(() -> calls.stub().getWorkflowExecutionHistory(request)))
            .map(answer -> answer.getHistory())
            .orElse(History.getDefaultInstance());
    return history.getEventsList().stream().findFirst();
  }

  private @Nullable Owner owner(WorkflowExecutionInfo info) {
    Payload memo = info.getMemo().getFieldsMap().get(Owner.MEMO);
    if (memo == null) {
      return null;
    }
    try {
      JsonNode tree = converter.fromPayload(memo, JsonNode.class, JsonNode.class);
      return LENIENT.convertValue(tree, Owner.class);
    } catch (DataConverterException | IllegalArgumentException e) {
      return null; // a memo of that name that no operator wrote
    }
  }

  private <T> @Nullable T read(Payloads payloads, Class<T> type) {
    JsonNode tree = tree(payloads);
    return tree == null ? null : LENIENT.convertValue(tree, type);
  }

  private @Nullable JsonNode tree(Payloads payloads) {
    return payloads.getPayloadsCount() == 0
        ? null
        : converter.fromPayloads(0, Optional.of(payloads), JsonNode.class, JsonNode.class);
  }

  private static Phase phase(WorkflowExecutionInfo info) {
    return switch (info.getStatus()) {
      case WORKFLOW_EXECUTION_STATUS_COMPLETED -> Phase.COMPLETED;
      case WORKFLOW_EXECUTION_STATUS_FAILED -> Phase.FAILED;
      case WORKFLOW_EXECUTION_STATUS_CANCELED -> Phase.CANCELED;
      case WORKFLOW_EXECUTION_STATUS_TERMINATED -> Phase.TERMINATED;
      case WORKFLOW_EXECUTION_STATUS_TIMED_OUT -> Phase.TIMED_OUT;
      // One that continued as new has a successor, which is at work.
      default -> Phase.RUNNING;
    };
  }

  private static @Nullable Instant time(boolean known, Timestamp time) {
    return known ? Instant.ofEpochSecond(time.getSeconds(), time.getNanos()) : null;
  }
}
