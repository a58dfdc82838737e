@NullMarked
package dev.tatara.operator;

import org.jspecify.annotations.NullMarked;
