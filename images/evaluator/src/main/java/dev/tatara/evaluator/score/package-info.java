/** The rules that scores rest on: those of EleutherAI's lm-evaluation-harness. */
@NullMarked
package dev.tatara.evaluator.score;

import org.jspecify.annotations.NullMarked;
