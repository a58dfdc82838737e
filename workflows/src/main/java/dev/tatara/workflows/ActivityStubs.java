package dev.tatara.workflows;

import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/**
 * The activities with their limits. What fails is tried again with back-off, for as long as the
 * activity itself lets it: it marks what the user must mend, and what failed too often, as final.
 * All report a heartbeat every few seconds, so a lost worker is noticed within {@link #SILENCE}.
 */
final class ActivityStubs {
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofHours(1);
  private static final Duration SHARDS = Duration.ofHours(12);
  private static final Duration LONG = Duration.ofDays(60);

  private static final RetryOptions RETRY =
      RetryOptions.newBuilder()
          .setInitialInterval(Duration.ofSeconds(1))
          .setBackoffCoefficient(2)
          .setMaximumInterval(Duration.ofSeconds(30))
          .build();

  final PlanActivities plan = stub(PlanActivities.class, TaskQueues.ACTIVITIES, SHORT);
  final DataActivities data = stub(DataActivities.class, TaskQueues.ACTIVITIES, SHORT);
  final DataActivities shards = stub(DataActivities.class, TaskQueues.DATA, SHARDS);
  final TrainingActivities training = stub(TrainingActivities.class, TaskQueues.ACTIVITIES, LONG);
  final EvaluateActivities evaluate = stub(EvaluateActivities.class, TaskQueues.ACTIVITIES, LONG);
  final GateActivities gate = stub(GateActivities.class, TaskQueues.ACTIVITIES, SHORT);
  final PublishActivities publish = stub(PublishActivities.class, TaskQueues.ACTIVITIES, SHARDS);

  final RemovalActivities removal = stub(RemovalActivities.class, TaskQueues.ACTIVITIES, SHORT);

  /** For the report of a failed run: it must not hold up the failure. */
  final PublishActivities conclusion =
      Workflow.newActivityStub(
          PublishActivities.class,
          ActivityOptions.newBuilder()
              .setTaskQueue(TaskQueues.ACTIVITIES)
              .setScheduleToCloseTimeout(Duration.ofSeconds(10))
              .build());

  private static <T> T stub(Class<T> type, String queue, Duration limit) {
    return Workflow.newActivityStub(
        type,
        ActivityOptions.newBuilder()
            .setTaskQueue(queue)
            .setStartToCloseTimeout(limit)
            .setHeartbeatTimeout(SILENCE)
            .setRetryOptions(RETRY)
            // A cancelled activity ends its processes first; the run waits for that.
            .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
            .build());
  }
}
