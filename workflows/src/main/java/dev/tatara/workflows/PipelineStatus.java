package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;
import dev.tatara.config.run.BudgetConfig;
import dev.tatara.config.task.StageOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a run has come.
 *
 * @param run name of the run
 * @param current stage at work; null before the first and after the last
 * @param paused nothing new begins
 * @param stages every stage, in order; the note of one that is running says what a person must mend
 * @param waitsFor why nothing goes on; null while something does
 * @param rankHours hours that ranks were held so far, summed over ranks, as of the newest event
 * @param budget what the run may use; null: no limit
 * @param step optimizer steps of the current stage that are done, as it last said; 0 if it does not
 *     train
 * @param steps optimizer steps of the current stage; 0 if it does not train
 */
public record PipelineStatus(
    String run,
    @Nullable Stage current,
    boolean paused,
    List<StageOutcome> stages,
    @Nullable Wait waitsFor,
    double rankHours,
    @Nullable BudgetConfig budget,
    long step,
    long steps) {
  public PipelineStatus {
    stages = List.copyOf(stages);
  }

  /** The same with newer progress, unless that is of another stage than the one at work. */
  public PipelineStatus at(StageProgress newer) {
    return newer.stage() == current
        ? new PipelineStatus(
            run, current, paused, stages, waitsFor, rankHours, budget, newer.step(), newer.steps())
        : this;
  }
}
