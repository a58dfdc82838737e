package dev.tatara.operator;

/** Reasons of conditions, each one word; the README says what to do about each. */
final class Reasons {
  static final String ACCEPTED = "Accepted";
  static final String INVALID = "Invalid";
  static final String NAME_TOO_LONG = "NameTooLong";
  static final String NAME_TAKEN = "NameTaken";
  static final String SPEC_CHANGE_REFUSED = "SpecChangeRefused";
  static final String BUDGET_REFUSED = "BudgetRefused";

  static final String NOT_STARTED = "NotStarted";
  static final String STARTING = "Starting";
  static final String WORKING = "Working";
  static final String TRAINING = "Training";
  static final String TROUBLED = "Troubled";
  static final String WORKER_SILENT = "WorkerSilent";
  static final String TEMPORAL_AWAY = "TemporalAway";
  static final String CANCELLING = "Cancelling";

  static final String PAUSED = "Paused";
  static final String WAITING_FOR_BUDGET = "WaitingForBudget";
  static final String WAITING_FOR_APPROVAL = "WaitingForApproval";

  static final String PUBLISHED = "Published";
  static final String RUN_FAILED = "RunFailed";
  static final String CANCELED = "Canceled";
  static final String TERMINATED = "Terminated";
  static final String TIMED_OUT = "TimedOut";
  static final String WORKFLOW_GONE = "WorkflowGone";

  private Reasons() {}
}
