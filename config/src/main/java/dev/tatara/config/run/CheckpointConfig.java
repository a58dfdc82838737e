package dev.tatara.config.run;

import dev.tatara.config.strict.Range;
import org.jspecify.annotations.Nullable;

/**
 * When the state of training is saved.
 *
 * @param everySteps steps between checkpoints; a crash repeats at most about this many. When left
 *     out, the interval follows from what a checkpoint costs, as measured, and how often the gang
 *     fails (Young 1974, Daly 2006)
 * @param keep newest checkpoints to keep; more are kept where a rollback after a divergence may
 *     have to go back beyond them: up to 2^({@code divergence.limit} - 1) steps, at most 64
 * @param keepEvery steps between checkpoints that are kept for good; none when left out
 */
public record CheckpointConfig(
    @Range(min = 1) @Nullable Integer everySteps,
    @Range(min = 1) Integer keep,
    @Range(min = 1) @Nullable Integer keepEvery) {
  @SuppressWarnings("NullAway") // absent components take their defaults in the constructor
  public static final CheckpointConfig DEFAULT = new CheckpointConfig(null, null, null);

  public CheckpointConfig {
    keep = keep == null ? 2 : keep;
  }

  /** A fixed interval. */
  public static CheckpointConfig every(int steps, int keep) {
    return new CheckpointConfig(steps, keep, null);
  }
}
