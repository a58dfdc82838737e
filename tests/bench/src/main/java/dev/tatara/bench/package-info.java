/** The trainer's own step against PyTorch's, in alternating pairs of processes. */
@NullMarked
package dev.tatara.bench;

import org.jspecify.annotations.NullMarked;
