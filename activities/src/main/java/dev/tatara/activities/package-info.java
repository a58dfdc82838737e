/** The effects: one package per stage, its logic and the thin Temporal activity around it. */
@NullMarked
package dev.tatara.activities;

import org.jspecify.annotations.NullMarked;
