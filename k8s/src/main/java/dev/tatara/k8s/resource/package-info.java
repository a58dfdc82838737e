/** The custom resource {@code TrainingPipeline}: a run document as an object of a cluster. */
@NullMarked
package dev.tatara.k8s.resource;

import org.jspecify.annotations.NullMarked;
