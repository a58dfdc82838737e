package dev.tatara.activities.temporal;

import dev.tatara.activities.retention.LiveRuns;
import dev.tatara.config.artifact.ArtifactRef;
import dev.tatara.config.task.StageOutcome;
import dev.tatara.workflows.PipelineStatus;
import dev.tatara.workflows.TrainingPipeline;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs as Temporal knows them: those of one namespace, which is all that may share a store. */
final class TemporalLiveRuns implements LiveRuns {
  private static final String AT_WORK =
      "WorkflowType = 'TrainingPipeline' AND ExecutionStatus = 'Running'";

  private final WorkflowClient client;

  TemporalLiveRuns(WorkflowClient client) {
    this.client = client;
  }

  @Override
  public Map<String, List<ArtifactRef>> atWork() {
    SortedMap<String, List<ArtifactRef>> runs = new TreeMap<>();
    client
        .listExecutions(AT_WORK)
        .map(run -> run.getExecution().getWorkflowId())
        .forEach(run -> runs.put(run, ofEnded(run)));
    return runs;
  }

  @Override
  public List<ArtifactRef> ofEnded(String run) {
    try {
      PipelineStatus status = client.newWorkflowStub(TrainingPipeline.class, run).status();
      return status.stages().stream()
          .map(StageOutcome::artifact)
          .flatMap(Stream::ofNullable)
          .toList();
    } catch (WorkflowNotFoundException e) {
      return List.of();
    }
  }
}
