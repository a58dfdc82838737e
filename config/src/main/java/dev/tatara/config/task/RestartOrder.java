package dev.tatara.config.task;

/**
 * A launcher wants the process of a rank killed and another one started in its place, at {@link
 * WorkKeys#restartOrder}. The supervisor of its pod does so, once; where nobody does, the launcher
 * has to go by way of the cluster.
 *
 * @param id tells it from earlier ones
 */
public record RestartOrder(String id) {}
