/**
 * The order of a run: the workflow, and the activities it asks for. Deterministic; no input or
 * output but through activities.
 */
@NullMarked
package dev.tatara.workflows;

import org.jspecify.annotations.NullMarked;
