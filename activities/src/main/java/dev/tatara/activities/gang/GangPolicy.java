package dev.tatara.activities.gang;

import java.time.Duration;

/**
 * How patient one is with a gang.
 *
 * @param poll time between two looks at the progress
 * @param hang longest time without any progress before the gang counts as hung
 * @param grace time to save a checkpoint after SIGTERM
 * @param farewell time in which the peers of a dead rank end by themselves
 * @param fruitlessEpochs epochs in a row that come no further than an earlier one before the work
 *     is given up
 */
public record GangPolicy(
    Duration poll, Duration hang, Duration grace, Duration farewell, int fruitlessEpochs) {
  public static final GangPolicy DEFAULT =
      new GangPolicy(
          Duration.ofSeconds(1),
          Duration.ofMinutes(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          5);
}
