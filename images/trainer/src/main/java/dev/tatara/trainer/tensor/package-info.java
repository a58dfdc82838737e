/** Tensors as memory, and the engine that computes on them. */
@NullMarked
package dev.tatara.trainer.tensor;

import org.jspecify.annotations.NullMarked;
