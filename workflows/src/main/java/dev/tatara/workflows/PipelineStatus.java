package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.task.StageOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a run has come.
 *
 * @param run name of the run
 * @param current stage at work; null before the first and after the last
 * @param paused nothing new begins
 * @param stages every stage, in order
 */
public record PipelineStatus(
    String run, @Nullable Stage current, boolean paused, List<StageOutcome> stages) {
  public PipelineStatus {
    stages = List.copyOf(stages);
  }
}
