/** Prometheus metrics of one process. */
@NullMarked
package dev.tatara.base.metrics;

import org.jspecify.annotations.NullMarked;
