package dev.tatara.config.task;

import org.jspecify.annotations.Nullable;

/**
 * How far a process group has come: rank 0 rewrites this object in the store about once a second.
 *
 * @param epoch of the gang that wrote it
 * @param done steps (or items) finished
 * @param total steps (or items) in all
 * @param unit {@code steps} or {@code items}
 * @param rate tokens (or items) per second, over the last steps
 * @param phase what is being done, in a few words: {@code starting}, {@code forming}, {@code
 *     restoring}, {@code training}, {@code validating 3/40}, {@code saving}; one that lasts is to
 *     count within it, since words that stay the same for long are taken for a hang
 * @param last the newest step; null before the first and in evaluation
 * @param restoredStep step of the checkpoint this epoch began from, 0 from the beginning; equal to
 *     {@code done} until it has begun
 */
public record TaskProgress(
    int epoch,
    long done,
    long total,
    String unit,
    double rate,
    String phase,
    @Nullable StepReport last,
    int restoredStep) {}
