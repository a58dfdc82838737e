package dev.tatara.operator;

import dev.tatara.config.run.RunDocument;
import dev.tatara.workflows.BudgetChange;
import dev.tatara.workflows.RunRemoval;
import dev.tatara.workflows.TaskQueues;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Meta;
import io.temporal.api.update.v1.Outcome;
import io.temporal.api.update.v1.Request;
import io.temporal.api.update.v1.WaitPolicy;
import io.temporal.api.workflowservice.v1.RequestCancelWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.UpdateWorkflowExecutionRequest;
import io.temporal.common.converter.DataConverter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * What the operator has done to workflows; each may be done twice, and is then done once. Every
 * method throws {@link TemporalAwayException} if the server does not answer.
 */
final class TemporalOrders {
  private static final String TYPE = "TrainingPipeline";
  private static final String REMOVAL = "RunRemoval";
  private static final String IDENTITY = "tatara-operator";

  private final TemporalCalls calls;
  private final String namespace;
  private final DataConverter converter;

  TemporalOrders(TemporalCalls calls) {
    this.calls = calls;
    this.namespace = calls.namespace();
    this.converter = calls.converter();
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
    return calls.ask(
        () -> {
          try {
            calls.stub().startWorkflowExecution(request);
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
   */
  Answer changeBudget(String id, RunFacts facts, BudgetChange change, long generation) {
    UpdateWorkflowExecutionRequest request =
        UpdateWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setWorkflowExecution(TemporalCalls.execution(id))
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
    return calls.ask(
        () -> {
          try {
            return Answer.of(calls.stub().updateWorkflowExecution(request).getOutcome());
          } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
              return new Answer(false, "");
            }
            throw e;
          }
        });
  }

  /**
   * What a workflow says to an update.
   *
   * @param came whether it says anything: a worker must run for that
   * @param refusal why it refuses; empty if it does not
   */
  record Answer(boolean came, String refusal) {
    private static Answer of(Outcome outcome) {
      return new Answer(
          outcome.hasFailure() || outcome.hasSuccess(),
          outcome.hasFailure() ? CloseEvent.sentence(outcome.getFailure()) : "");
    }
  }

  /** Asks a workflow to end in good order; nothing happens if it has been asked or has ended. */
  void cancel(String id, RunFacts facts, String uid, String reason) {
    RequestCancelWorkflowExecutionRequest request =
        RequestCancelWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setWorkflowExecution(TemporalCalls.execution(id))
            .setFirstExecutionRunId(facts.firstRunId())
            .setIdentity(IDENTITY)
            .setRequestId(requestId(uid, 0, facts.firstRunId()))
            .setReason(reason)
            .build();
    calls.ask(
        () -> {
          try {
            return TemporalCalls.present(
                () -> calls.stub().requestCancelWorkflowExecution(request));
          } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.ALREADY_EXISTS) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  /** Starts the removal of what a run has made; what is under way already is left alone. */
  void remove(String run, String uid) {
    StartWorkflowExecutionRequest request =
        StartWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace)
            .setWorkflowId(run + "-removal")
            .setWorkflowType(WorkflowType.newBuilder().setName(REMOVAL))
            .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.WORKFLOWS))
            .setInput(
                converter.toPayloads(new RunRemoval.Removal(run, RunRemoval.SECONDS)).orElseThrow())
            .setIdentity(IDENTITY)
            .setRequestId(requestId(uid, 0, "removal"))
            .setWorkflowIdReusePolicy(
                WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
            .setWorkflowIdConflictPolicy(
                WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING)
            .build();
    calls.ask(() -> calls.stub().startWorkflowExecution(request));
  }

  private static String requestId(String uid, long generation, String predecessor) {
    String name = "%s %d %s".formatted(uid, generation, predecessor);
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
