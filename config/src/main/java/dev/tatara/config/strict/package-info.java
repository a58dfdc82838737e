/**
 * Reads YAML that nobody vouches for against records, and says everything that is wrong with it.
 */
@NullMarked
package dev.tatara.config.strict;

import org.jspecify.annotations.NullMarked;
