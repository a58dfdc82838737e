package dev.tatara.workflows;

import dev.tatara.config.artifact.Stage;

/**
 * What keeps a stage waiting until a person does something.
 *
 * @param sentence what, and what to do; empty when it is over
 */
public record StageTrouble(Stage stage, String sentence) {}
