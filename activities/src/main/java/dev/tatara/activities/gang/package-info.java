/**
 * Keeps gangs of processes alive until their work is done: epochs, failures, the ledger. Free of
 * Temporal types.
 */
@NullMarked
package dev.tatara.activities.gang;

import org.jspecify.annotations.NullMarked;
