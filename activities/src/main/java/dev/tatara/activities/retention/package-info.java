/** What stays of runs in the store, and what goes. */
@NullMarked
package dev.tatara.activities.retention;

import org.jspecify.annotations.NullMarked;
