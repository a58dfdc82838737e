/** AdamW on a flat range of parameters, and its learning rate. */
@NullMarked
package dev.tatara.trainer.optimizer;

import org.jspecify.annotations.NullMarked;
