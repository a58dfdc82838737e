package dev.tatara.config.task;

/**
 * A rank's sign of life, rewritten every two seconds at {@link WorkKeys#beat}.
 *
 * @param rank from 0
 * @param epoch that it is in or forms; 0 before the first
 * @param step steps that are done
 * @param phase {@code starting}, {@code forming}, {@code restoring}, {@code training}, {@code
 *     validating} or {@code saving}
 * @param at milliseconds since 1970, by the clock of its machine
 * @param stepSeconds median of its last steps; 0 before the first
 */
public record Heartbeat(int rank, int epoch, int step, String phase, long at, double stepSeconds) {}
