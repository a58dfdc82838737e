package dev.tatara.activities.data;

import dev.tatara.config.artifact.ArtifactRef;

/**
 * Rows that are ready to be trained on.
 *
 * @param ref the artifact that holds them
 * @param rows rows to train on
 * @param heldOutRows rows that are only measured on
 * @param reused whether an earlier run had made them already
 */
public record Prepared(ArtifactRef ref, long rows, long heldOutRows, boolean reused) {}
