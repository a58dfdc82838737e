/** The stage {@code clean}: normalised text in known languages, by rules that give a reason. */
@NullMarked
package dev.tatara.activities.clean;

import org.jspecify.annotations.NullMarked;
