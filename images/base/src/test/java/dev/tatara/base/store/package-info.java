@NullMarked
package dev.tatara.base.store;

import org.jspecify.annotations.NullMarked;
