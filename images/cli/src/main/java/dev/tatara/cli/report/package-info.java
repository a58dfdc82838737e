/** The report of a run: one HTML page that needs nothing but itself. */
@NullMarked
package dev.tatara.cli.report;

import org.jspecify.annotations.NullMarked;
