/**
 * The thin Temporal activities: heartbeat, cancellation and errors around the logic of the stages.
 */
@NullMarked
package dev.tatara.activities.temporal;

import org.jspecify.annotations.NullMarked;
