/** What the container images are made of, and that their programs run in them. */
@NullMarked
package dev.tatara.images;

import org.jspecify.annotations.NullMarked;
