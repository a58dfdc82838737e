/** A model that was given instead of being made: the folder behind {@code pretrain.from}. */
@NullMarked
package dev.tatara.activities.model;

import org.jspecify.annotations.NullMarked;
