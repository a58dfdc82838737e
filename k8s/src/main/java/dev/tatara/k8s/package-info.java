/** The pods of a run: how a gang of processes is started, watched and judged. */
@NullMarked
package dev.tatara.k8s;

import org.jspecify.annotations.NullMarked;
