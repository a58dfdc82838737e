/** Token shards: what tokenize writes and pretrain reads. */
@NullMarked
package dev.tatara.base.token;

import org.jspecify.annotations.NullMarked;
