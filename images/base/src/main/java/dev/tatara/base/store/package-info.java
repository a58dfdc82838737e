/** The object store and the artifacts in it. */
@NullMarked
package dev.tatara.base.store;

import org.jspecify.annotations.NullMarked;
