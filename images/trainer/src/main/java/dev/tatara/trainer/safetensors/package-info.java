/** The file format of Hugging Face weights. */
@NullMarked
package dev.tatara.trainer.safetensors;

import org.jspecify.annotations.NullMarked;
