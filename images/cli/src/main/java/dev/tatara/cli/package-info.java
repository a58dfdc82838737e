/** The command line: {@code tatara run}, {@code validate}, {@code up} and so on. */
@NullMarked
package dev.tatara.cli;

import org.jspecify.annotations.NullMarked;
