@NullMarked
package dev.tatara.activities.dpo;

import org.jspecify.annotations.NullMarked;
