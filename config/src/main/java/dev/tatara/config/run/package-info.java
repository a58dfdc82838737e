/** The run document: what a user writes, checked strictly, with defaults from the literature. */
@NullMarked
package dev.tatara.config.run;

import org.jspecify.annotations.NullMarked;
