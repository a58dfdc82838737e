@NullMarked
package dev.tatara.base.document;

import org.jspecify.annotations.NullMarked;
