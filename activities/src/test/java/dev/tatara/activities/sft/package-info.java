@NullMarked
package dev.tatara.activities.sft;

import org.jspecify.annotations.NullMarked;
