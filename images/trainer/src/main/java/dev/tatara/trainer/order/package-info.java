/** The one global order of training samples, and the tokens behind it. */
@NullMarked
package dev.tatara.trainer.order;

import org.jspecify.annotations.NullMarked;
