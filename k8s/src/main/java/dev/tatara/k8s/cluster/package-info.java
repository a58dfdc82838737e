/**
 * Gangs as pods of a Kubernetes cluster: an Indexed Job, its headless Service and the task
 * document.
 */
@NullMarked
package dev.tatara.k8s.cluster;

import org.jspecify.annotations.NullMarked;
