/** Tests of the evaluator's process, and the model that the tests share. */
@NullMarked
package dev.tatara.evaluator;

import org.jspecify.annotations.NullMarked;
