/** The stage {@code collect}: sources in, one document per page, line or file out. */
@NullMarked
package dev.tatara.activities.collect;

import org.jspecify.annotations.NullMarked;
