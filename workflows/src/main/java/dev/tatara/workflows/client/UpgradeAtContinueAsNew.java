package dev.tatara.workflows.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.temporal.api.enums.v1.CommandType;
import io.temporal.api.enums.v1.VersioningBehavior;
import io.temporal.api.workflowservice.v1.RespondWorkflowTaskCompletedRequest;

/**
 * Lets a pinned run that continues as new go on with the current build. A server hands the build of
 * a pinned run down to the run that continues it; version 1.29 cannot be told otherwise by the
 * command itself. But a worker says with each task whether the run is pinned, so the task that
 * continues as new, the last of its run, says that it is not.
 */
final class UpgradeAtContinueAsNew implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      @SuppressWarnings("unchecked") // what replaces a message is of its own class
      public void sendMessage(Q message) {
        super.sendMessage(
            message instanceof RespondWorkflowTaskCompletedRequest task
                ? (Q) unpinned(task)
                : message);
      }
    };
  }

  private static RespondWorkflowTaskCompletedRequest unpinned(
      RespondWorkflowTaskCompletedRequest task) {
    boolean pinned = task.getVersioningBehavior() == VersioningBehavior.VERSIONING_BEHAVIOR_PINNED;
    boolean continues =
        task.getCommandsList().stream()
            .anyMatch(
                command ->
                    command.getCommandType()
                        == CommandType.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
    return pinned && continues
        ? task.toBuilder()
            .setVersioningBehavior(VersioningBehavior.VERSIONING_BEHAVIOR_AUTO_UPGRADE)
            .build()
        : task;
  }
}
