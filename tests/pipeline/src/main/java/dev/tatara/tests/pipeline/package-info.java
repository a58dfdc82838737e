/** Starts the command line as a user would, for tests. */
@NullMarked
package dev.tatara.tests.pipeline;

import org.jspecify.annotations.NullMarked;
