@NullMarked
package dev.tatara.activities.retention;

import org.jspecify.annotations.NullMarked;
