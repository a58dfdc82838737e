/** Documents and the shards they travel in between data stages. */
@NullMarked
package dev.tatara.base.document;

import org.jspecify.annotations.NullMarked;
