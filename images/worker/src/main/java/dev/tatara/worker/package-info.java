/** The Temporal worker: all parts put together. */
@NullMarked
package dev.tatara.worker;

import org.jspecify.annotations.NullMarked;
