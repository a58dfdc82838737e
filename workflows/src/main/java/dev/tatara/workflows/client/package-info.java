/** How processes reach the Temporal server; no part of any workflow. */
@NullMarked
package dev.tatara.workflows.client;

import org.jspecify.annotations.NullMarked;
