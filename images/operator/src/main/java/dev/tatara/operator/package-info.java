/** Resources {@code TrainingPipeline} of a cluster become runs, and tell how these fare. */
@NullMarked
package dev.tatara.operator;

import org.jspecify.annotations.NullMarked;
