/** The LLaMA family on libtorch, and its Hugging Face folder. */
@NullMarked
package dev.tatara.trainer.model;

import org.jspecify.annotations.NullMarked;
