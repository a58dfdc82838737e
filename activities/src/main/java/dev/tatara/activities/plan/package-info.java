/**
 * The stage {@code plan}: computes what a run will take before anything is done, and refuses what
 * cannot work. Pure: spec and sizes in, estimate out.
 */
@NullMarked
package dev.tatara.activities.plan;

import org.jspecify.annotations.NullMarked;
