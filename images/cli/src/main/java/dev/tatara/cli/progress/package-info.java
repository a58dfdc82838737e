/** How far a run has come, for a terminal (bars) or a log (lines). */
@NullMarked
package dev.tatara.cli.progress;

import org.jspecify.annotations.NullMarked;
