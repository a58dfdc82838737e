@NullMarked
package dev.tatara.activities.tokenize;

import org.jspecify.annotations.NullMarked;
