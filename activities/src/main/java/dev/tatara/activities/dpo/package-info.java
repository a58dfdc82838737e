/** Stage dpo: preference pairs of common shapes become tokenised rows. */
@NullMarked
package dev.tatara.activities.dpo;

import org.jspecify.annotations.NullMarked;
