package dev.tatara.activities.gang;

import java.time.Duration;

/**
 * How patient one is with a gang.
 *
 * @param poll time between two looks at the progress
 * @param soon the same while a recovery is under way
 * @param hang longest time without any progress before the gang counts as hung
 * @param stalled the same for a gang that makes steps, unless twenty of its steps take longer
 * @param grace time to save a checkpoint after SIGTERM, for processes of this machine
 * @param farewell time in which ranks that are done end by themselves
 * @param formation about how long it takes to end a small gang and to form it anew, on a cluster
 * @param budgets how often what may fail
 */
public record GangPolicy(
    Duration poll,
    Duration soon,
    Duration hang,
    Duration stalled,
    Duration grace,
    Duration farewell,
    Duration formation,
    FailureBudgets budgets) {
  public static final GangPolicy DEFAULT =
      new GangPolicy(
          Duration.ofSeconds(1),
          Duration.ofMillis(200),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofSeconds(15),
          FailureBudgets.DEFAULT);
}
