/** The evaluator's process: evaluate, verify and generate on DJL's PyTorch engine. */
@NullMarked
package dev.tatara.evaluator;

import org.jspecify.annotations.NullMarked;
