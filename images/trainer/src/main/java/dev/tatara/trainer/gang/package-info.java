/** The ranks that train together, and what they exchange. */
@NullMarked
package dev.tatara.trainer.gang;

import org.jspecify.annotations.NullMarked;
