package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;

/**
 * How far a training stage has come.
 *
 * @param step optimizer steps that are done
 * @param steps optimizer steps in all
 */
public record StageProgress(Stage stage, long step, long steps) {}
