package dev.tatara.worker;

import dev.tatara.base.store.StoreSettings;
import java.nio.file.Path;

/**
 * Where a worker works.
 *
 * @param home the checkout, where the programs of the gangs lie
 * @param state directory for logs, caches and task documents
 * @param base what relative {@code file:} URIs begin at
 * @param cores processor cores to use
 */
public record WorkerSettings(StoreSettings store, Path home, Path state, Path base, int cores) {}
