/**
 * The first process of a pod: it keeps the one that works alive, and tells the launcher through the
 * object store what became of it. It knows no engine: any program may be the one that works.
 */
@NullMarked
package dev.tatara.base.pod;

import org.jspecify.annotations.NullMarked;
