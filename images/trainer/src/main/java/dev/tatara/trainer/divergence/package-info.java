/** When training has gone wrong by itself, and what is left out to go on. */
@NullMarked
package dev.tatara.trainer.divergence;

import org.jspecify.annotations.NullMarked;
