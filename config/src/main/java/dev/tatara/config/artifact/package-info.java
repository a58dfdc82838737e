/** Artifacts: immutable sets of objects, described by a manifest; only their refs travel. */
@NullMarked
package dev.tatara.config.artifact;

import org.jspecify.annotations.NullMarked;
