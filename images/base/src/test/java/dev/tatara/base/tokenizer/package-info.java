@NullMarked
package dev.tatara.base.tokenizer;

import org.jspecify.annotations.NullMarked;
