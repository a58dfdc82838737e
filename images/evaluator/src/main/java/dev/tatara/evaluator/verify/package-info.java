/** The proof that two engines agree on one model. */
@NullMarked
package dev.tatara.evaluator.verify;

import org.jspecify.annotations.NullMarked;
