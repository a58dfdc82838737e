package dev.tatara.workflows;

import dev.tatara.config.run.RunDocument;
import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.PipelineResult;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
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
   * The one field of the memo that stays when a run continues as new: a mapping, whose run it is.
   */
  String OWNER_MEMO = "trainingPipeline";

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

  /**
   * Has the run continue as new where no stage is at work, at the latest before the next stage: on
   * the newest build, if workers are versioned.
   */
  @SignalMethod
  void upgrade();

  /** A failure that an activity met and heals by itself; told again when it has recovered. */
  @SignalMethod
  void recordFailure(LedgerEntry entry);

  /** An activity waits for something that a person must mend; told again when that is over. */
  @SignalMethod
  void recordTrouble(StageTrouble trouble);

  /** How far training has come; told now and then. */
  @SignalMethod
  void recordProgress(StageProgress progress);

  /**
   * Sets what the run may use. A run that waits for it goes on; one that has used more already
   * saves its state and waits.
   */
  @UpdateMethod
  void changeBudget(BudgetChange change);

  /** Refuses a change that makes no sense, with a sentence. */
  @UpdateValidatorMethod(updateName = "changeBudget")
  void checkChangeBudget(BudgetChange change);

  /** Lets a model be published that waits for it ({@code gate.approval: required}). */
  @UpdateMethod
  void approve(Decision decision);

  /** Refuses an approval without a name, without a reason, or of nothing. */
  @UpdateValidatorMethod(updateName = "approve")
  void checkApprove(Decision decision);

  /** Ends a run that waits for approval: it fails, and publishes nothing. */
  @UpdateMethod
  void reject(Decision decision);

  /** Refuses a rejection without a name, without a reason, or of nothing. */
  @UpdateValidatorMethod(updateName = "reject")
  void checkReject(Decision decision);
}
