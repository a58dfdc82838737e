package dev.tatara.cli.progress;

import dev.tatara.config.task.StageOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run at one moment.
 *
 * @param stages every stage, in order
 * @param progress of the stage at work; null if nothing is known of it
 * @param recoveries failures that were recovered from
 */
public record RunView(List<StageOutcome> stages, @Nullable StageProgress progress, int recoveries) {
  public RunView {
    stages = List.copyOf(stages);
  }
}
