/** Byte-level BPE: training, encoding, decoding, Hugging Face files and the chat template. */
@NullMarked
package dev.tatara.base.tokenizer;

import org.jspecify.annotations.NullMarked;
