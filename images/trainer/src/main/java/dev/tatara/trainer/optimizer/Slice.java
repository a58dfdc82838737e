package dev.tatara.trainer.optimizer;

/**
 * A stretch of the flat parameters that this rank updates.
 *
 * @param begin first element of the flat buffer
 * @param length elements
 */
public record Slice(long begin, long length) {}
