/** Temporal and S3 inside this process, for a machine that has neither. Loopback only. */
@NullMarked
package dev.tatara.embedded;

import org.jspecify.annotations.NullMarked;
