/**
 * Saved state of training: shards by range, a manifest written last, a fence against older gangs.
 */
@NullMarked
package dev.tatara.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
