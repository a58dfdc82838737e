/** What every process of a run needs: store, artifacts, documents, tokens, tokenizer, metrics. */
@NullMarked
package dev.tatara.base;

import org.jspecify.annotations.NullMarked;
