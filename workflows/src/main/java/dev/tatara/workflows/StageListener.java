package dev.tatara.workflows;

import dev.tatara.config.task.StageOutcome;

/**
 * Told when a stage begins, pauses or ends, for people to see. Not told again on replay, but a
 * change may be told twice if a worker stumbles; it must return quickly.
 */
@FunctionalInterface
public interface StageListener {
  StageListener NONE = (run, outcome) -> {};

  void changed(String run, StageOutcome outcome);
}
