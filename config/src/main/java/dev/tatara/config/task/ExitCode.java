package dev.tatara.config.task;

/**
 * Exit codes of every process of a run. They are the contract between a trainer and its launcher.
 */
public final class ExitCode {
  /** The work is done and its artifact is written. */
  public static final int DONE = 0;

  /** The task document or its inputs are wrong: trying again cannot help (64 to 69). */
  public static final int USER = 64;

  /** The input data are broken. */
  public static final int DATA = 65;

  /** Training diverged more often than allowed: evidence lies in the store. */
  public static final int DIVERGED = 66;

  /** Something outside, such as another rank or the store, went away: try again. */
  public static final int INFRASTRUCTURE = 70;

  /** Asked to go (SIGTERM); a checkpoint is saved. Counts against no budget. */
  public static final int PREEMPTED = 75;

  /** A rank of an older epoch found that a newer gang has formed. */
  public static final int FENCED = 76;

  private ExitCode() {}

  /** A code by which the process says that the user must change something. */
  public static boolean isUserError(int code) {
    return code >= 64 && code <= 69;
  }
}
