package dev.tatara.workflows;

/** Names of the Temporal task queues. */
public final class TaskQueues {
  /** Workflow tasks. */
  public static final String WORKFLOWS = "tatara-workflows";

  /** Training, evaluation and everything that is done once per stage. */
  public static final String ACTIVITIES = "tatara-activities";

  /** Work on data shards. */
  public static final String DATA = "tatara-data";

  private TaskQueues() {}
}
