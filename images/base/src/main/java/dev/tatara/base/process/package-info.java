/**
 * What every process of a gang does at its start: its place in the gang, its metrics, its bond to
 * the parent.
 */
@NullMarked
package dev.tatara.base.process;

import org.jspecify.annotations.NullMarked;
