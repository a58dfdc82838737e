package dev.tatara.config.task;

/**
 * Where the time of training went, over all gangs of a task: rank 0 rewrites it at {@link
 * WorkKeys#timeSpent}. It is no part of the model, which does not depend on it.
 *
 * @param trainingSeconds wall time from step to step, validation and standstill included; that of
 *     steps that had to be done again counts each time
 * @param stallSeconds thereof, while training stood still for checkpoints: copying the state, and
 *     waiting for the checkpoint before to be written; that of the slowest rank
 * @param checkpoints begun
 */
public record TimeSpent(double trainingSeconds, double stallSeconds, int checkpoints) {
  public static final TimeSpent NONE = new TimeSpent(0, 0, 0);

  /** Both together. */
  public TimeSpent plus(TimeSpent more) {
    return new TimeSpent(
        trainingSeconds + more.trainingSeconds,
        stallSeconds + more.stallSeconds,
        checkpoints + more.checkpoints);
  }

  /** Share of the training time, from 0 to 1, in which it stood still for checkpoints. */
  public double stallShare() {
    return trainingSeconds > 0 ? stallSeconds / trainingSeconds : 0;
  }
}
