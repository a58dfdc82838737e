package dev.tatara.operator;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Timestamp;
import dev.tatara.config.Json;
import dev.tatara.config.run.PipelineSpec;
import dev.tatara.config.run.RunDocument;
import dev.tatara.operator.RunFacts.Phase;
import dev.tatara.workflows.BudgetChange;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.TaskQueues;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.api.errordetails.v1.NotFoundFailure;
import io.temporal.api.history.v1.History;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Meta;
import io.temporal.api.update.v1.Outcome;
import io.temporal.api.update.v1.Request;
import io.temporal.api.update.v1.WaitPolicy;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.RequestCancelWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.UpdateWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import io.temporal.serviceclient.StatusUtils;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The workflows of a Temporal namespace, by their ids. It speaks to the server directly, so that
 * each call has a limit and a start that is repeated is known by the server to be the same.
 *
 * <p>Every method throws {@link TemporalAwayException} if the server does not answer.
 */
final class TemporalRuns {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** For an answer of a worker; a look at the resource waits for it. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private static final String TYPE = "TrainingPipeline";
  private static final String IDENTITY = "tatara-operator";

  /** A worker of a newer version may tell more than this process knows. */
  private static final ObjectMapper LENIENT =
      Json.MAPPER.copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final WorkflowClient client;
  private final String namespace;
  private final String address;
  private final DataConverter converter;

  TemporalRuns(WorkflowClient client) {
    this.client = client;
    this.namespace = client.getOptions().getNamespace();
    this.address = String.valueOf(client.getWorkflowServiceStubs().getOptions().getTarget());
    this.converter = client.getOptions().getDataConverter();
  }

  /** The newest workflow of this id; empty if there is none, or none any more. */
  Optional<RunFacts> look(String id) {
    DescribeWorkflowExecutionRequest request =
        DescribeWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setExecution(execution(id))
            .build();
    return ask(() -> present(() -> stub().describeWorkflowExecution(request)))
        .map(answer -> facts(answer.getWorkflowExecutionInfo()));
  }

  /** The same facts with what a workflow at work tells of itself, or why it does not. */
  RunFacts listen(String id, RunFacts facts) {
    if (!facts.isRunning()) {
      return facts;
    }
    try {
      return facts.telling(progress(id));
    } catch (StatusRuntimeException | DataConverterException | IllegalArgumentException e) {
      return facts.silent(silence(e));
    }
  }

  /**
   * Starts a run.
   *
   * @param predecessor id of the execution that it comes after; empty if there was none
   * @return whether there is one now that this call, or the same call before, has started
   */
  boolean start(RunDocument document, Owner owner, String predecessor) {
    StartWorkflowExecutionRequest request =
        StartWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setWorkflowId(document.name())
            .setWorkflowType(WorkflowType.newBuilder().setName(TYPE))
            .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.WORKFLOWS))
            .setInput(converter.toPayloads(document).orElseThrow())
            .setMemo(
                Memo.newBuilder().putFields(Owner.MEMO, converter.toPayload(owner).orElseThrow()))
            .setIdentity(IDENTITY)
            .setRequestId(requestId(owner.uid(), owner.generation(), predecessor))
            .setWorkflowIdReusePolicy(
                WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
            .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
            .build();
    return ask(
        () -> {
          try {
            stub().startWorkflowExecution(request);
            return true;
          } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.ALREADY_EXISTS) {
              return false;
            }
            throw e;
          }
        });
  }

  /**
   * Tells a run its new budget; to tell it twice is to tell it once.
   *
   * @param generation of the spec that says so
   * @return why the run refuses it; empty if it does not
   */
  Optional<String> changeBudget(String id, RunFacts facts, BudgetChange change, long generation) {
    UpdateWorkflowExecutionRequest request =
        UpdateWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setWorkflowExecution(execution(id))
            .setFirstExecutionRunId(facts.firstRunId())
            .setWaitPolicy(
                WaitPolicy.newBuilder()
                    .setLifecycleStage(
                        UpdateWorkflowExecutionLifecycleStage
                            .UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED))
            .setRequest(
                Request.newBuilder()
                    .setMeta(
                        Meta.newBuilder()
                            .setUpdateId("budget-%d".formatted(generation))
                            .setIdentity(IDENTITY))
                    .setInput(
                        Input.newBuilder()
                            .setName("changeBudget")
                            .setArgs(converter.toPayloads(change).orElseThrow())))
            .build();
    Outcome outcome = ask(() -> stub().updateWorkflowExecution(request)).getOutcome();
    return outcome.hasFailure()
        ? Optional.of(CloseEvent.sentence(outcome.getFailure()))
        : Optional.empty();
  }

  /** Asks a workflow to end in good order; nothing happens if it has been asked or has ended. */
  void cancel(String id, RunFacts facts, String uid, String reason) {
    RequestCancelWorkflowExecutionRequest request =
        RequestCancelWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setWorkflowExecution(execution(id))
            .setFirstExecutionRunId(facts.firstRunId())
            .setIdentity(IDENTITY)
            .setRequestId(requestId(uid, 0, facts.firstRunId()))
            .setReason(reason)
            .build();
    ask(
        () -> {
          try {
            return present(() -> stub().requestCancelWorkflowExecution(request));
          } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.ALREADY_EXISTS) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  /** The spec that a workflow was started with; null if it is not one of this version. */
  @Nullable PipelineSpec input(String id, RunFacts facts) {
    Optional<HistoryEvent> first =
        event(
            execution(id).toBuilder().setRunId(facts.firstRunId()).build(),
            HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
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
        end.map(event -> CloseEvent.model(event, this::tree)).orElse(null));
  }

  private PipelineStatus progress(String id) {
    QueryWorkflowRequest request =
        QueryWorkflowRequest.newBuilder()
            .setNamespace(namespace)
            .setExecution(execution(id))
            .setQuery(WorkflowQuery.newBuilder().setQueryType("status"))
            .build();
    WorkflowServiceBlockingStub stub =
        stub().withDeadlineAfter(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
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
        ask(() -> present(() -> stub().getWorkflowExecutionHistory(request)))
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

  private static String requestId(String uid, long generation, String predecessor) {
    String name = "%s %d %s".formatted(uid, generation, predecessor);
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static WorkflowExecution execution(String id) {
    return WorkflowExecution.newBuilder().setWorkflowId(id).build();
  }

  private WorkflowServiceBlockingStub stub() {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Empty if there is no such workflow; a namespace that is missing is another matter. */
  private static <T> Optional<T> present(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND
          && StatusUtils.hasFailure(e, NotFoundFailure.class)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private <T> T ask(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw TemporalAwayException.of(address, namespace, e);
    }
  }
}
