package dev.tatara.workflows;

import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.List;

/**
 * Trains a language model from scratch: raw text in, evaluated and published model out. The id of
 * the workflow is the name of the run.
 */
@WorkflowInterface
public interface TrainingPipeline {
  /**
   * All stages, one after another. Fails with the sentence that says what the user must do, if the
   * user must do something.
   */
  @WorkflowMethod
  PipelineResult run(RunDocument document);

  /** How far the run has come. */
  @QueryMethod
  PipelineStatus status();

  /** Failures and recoveries so far, oldest first. */
  @QueryMethod
  List<LedgerEntry> ledger();

  /**
   * Stops the work: what runs is asked to save its state and to end, and nothing new begins until
   * {@link #resume}.
   */
  @SignalMethod
  void pause();

  /** Goes on after {@link #pause}. */
  @SignalMethod
  void resume();

  /** A failure that an activity met and heals by itself; told again when it has recovered. */
  @SignalMethod
  void recordFailure(LedgerEntry entry);

  /** An activity waits for something that a person must mend; told again when that is over. */
  @SignalMethod
  void recordTrouble(StageTrouble trouble);
}
