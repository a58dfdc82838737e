/** Text to tokens and back, by Hugging Face's own tokenizers library. */
@NullMarked
package dev.tatara.evaluator.text;

import org.jspecify.annotations.NullMarked;
