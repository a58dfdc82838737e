package dev.tatara.workflows;

import org.jspecify.annotations.Nullable;

/**
 * What the activity of a stage says with each heartbeat: it is newer than what the run's history
 * tells, and costs no event.
 *
 * @param progress null if it does not train, or has not begun to
 * @param trouble what a person must mend; empty if nothing
 */
public record StageBeat(@Nullable StageProgress progress, String trouble) {}
