/** The stage {@code evaluate} as a process: a task in, a result in the store. */
@NullMarked
package dev.tatara.evaluator.evaluate;

import org.jspecify.annotations.NullMarked;
