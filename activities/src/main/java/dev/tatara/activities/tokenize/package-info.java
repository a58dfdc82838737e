/** Stage tokenize: learns the tokenizer, packs the documents into tokens, holds some out. */
@NullMarked
package dev.tatara.activities.tokenize;

import org.jspecify.annotations.NullMarked;
