/** Hands out the chosen model: proof by two engines, model card, Hugging Face folder. */
@NullMarked
package dev.tatara.activities.publish;

import org.jspecify.annotations.NullMarked;
