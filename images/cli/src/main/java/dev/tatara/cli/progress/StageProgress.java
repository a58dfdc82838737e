package dev.tatara.cli.progress;

import dev.tatara.config.artifact.Stage;

/**
 * How far the stage at work has come.
 *
 * @param done units finished
 * @param total units in all; 0 if unknown
 * @param unit for example {@code steps}; empty if only the share done means something
 * @param detail what else is worth a glance: loss, tokens per second
 */
public record StageProgress(Stage stage, long done, long total, String unit, String detail) {}
