/** A real Kubernetes cluster of one node, with real faults. */
@NullMarked
package dev.tatara.tests.cluster;

import org.jspecify.annotations.NullMarked;
