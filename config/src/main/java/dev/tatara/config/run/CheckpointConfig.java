package dev.tatara.config.run;

import dev.tatara.config.strict.Range;

/**
 * When the state of training is saved.
 *
 * @param everySteps steps between checkpoints; a crash repeats at most about this many
 * @param keep newest checkpoints to keep
 */
public record CheckpointConfig(@Range(min = 1) Integer everySteps, @Range(min = 1) Integer keep) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final CheckpointConfig DEFAULT = new CheckpointConfig(null, null);

  public CheckpointConfig {
    everySteps = everySteps == null ? 50 : everySteps;
    keep = keep == null ? 2 : keep;
  }
}
