package dev.tatara.workflows.client;

import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.StageBeat;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a training is now. The run itself is told at most twice a minute, since each time costs
 * events; its activity says it with each heartbeat, which Temporal shows with the run.
 */
public final class NewestProgress {
  private NewestProgress() {}

  /**
   * What the run told, with the step of the newest heartbeat.
   *
   * @param seen the run as Temporal describes it, not before it told
   */
  public static PipelineStatus of(
      PipelineStatus told, DescribeWorkflowExecutionResponse seen, DataConverter converter) {
    PipelineStatus newest = told;
    for (PendingActivityInfo activity : seen.getPendingActivitiesList()) {
      StageBeat beat = activity.hasHeartbeatDetails() ? beat(activity, converter) : null;
      if (beat != null && beat.progress() != null) {
        newest = newest.at(beat.progress());
      }
    }
    return newest;
  }

  /** Null if a worker of another version says something else. */
  private static @Nullable StageBeat beat(PendingActivityInfo activity, DataConverter converter) {
    Optional<Payloads> details = Optional.of(activity.getHeartbeatDetails());
    try {
      return converter.fromPayloads(0, details, StageBeat.class, StageBeat.class);
    } catch (DataConverterException e) {
      return null;
    }
  }
}
