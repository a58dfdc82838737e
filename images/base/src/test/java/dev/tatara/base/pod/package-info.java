@NullMarked
package dev.tatara.base.pod;

import org.jspecify.annotations.NullMarked;
