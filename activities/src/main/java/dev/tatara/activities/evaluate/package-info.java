/**
 * The stage {@code evaluate}, as far as it prepares: task files become multiple-choice items that
 * the evaluator scores. The judging itself happens in the evaluator's process.
 *
 * <p>To add a format: a constant in {@code EvaluateConfig.TaskFormat} and a case in {@link
 * dev.tatara.activities.evaluate.TaskFiles}.
 */
@NullMarked
package dev.tatara.activities.evaluate;

import org.jspecify.annotations.NullMarked;
