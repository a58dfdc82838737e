/** Pod tasks: the document a process of a run is started with, and what it reports. */
@NullMarked
package dev.tatara.config.task;

import org.jspecify.annotations.NullMarked;
