/** Numbers as people read them, on the terminal and in the report. */
@NullMarked
package dev.tatara.cli.figures;

import org.jspecify.annotations.NullMarked;
