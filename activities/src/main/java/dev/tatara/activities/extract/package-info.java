/** The main content of a web page as plain text. */
@NullMarked
package dev.tatara.activities.extract;

import org.jspecify.annotations.NullMarked;
