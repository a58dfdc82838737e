/** The process that trains on libtorch: one rank of a gang, or a scorer of a finished model. */
@NullMarked
package dev.tatara.trainer;

import org.jspecify.annotations.NullMarked;
