package dev.tatara.activities.gang;

import dev.tatara.config.task.LedgerEntry;
import dev.tatara.config.task.TaskProgress;
import org.jspecify.annotations.Nullable;

/** Told how a gang is doing. */
public interface GangListener {
  /**
   * Called at every look, about once a second. An exception from here ends the gang in good order
   * and is passed on: this is how a cancellation arrives.
   *
   * @param progress the newest word of the gang; null before its first
   */
  void looked(@Nullable TaskProgress progress);

  /**
   * The gang cannot start, or not wholly, until a person does something.
   *
   * @param sentence what and what to do; empty when it is over
   */
  default void troubled(String sentence) {}

  /**
   * Whether the work is not wanted any more; asked when the thread was interrupted, which also
   * happens to a launcher that has to go, or that another one has taken over from.
   */
  default boolean isCancelled() {
    return true;
  }

  /** A failure that will be recovered from; called again when it is, with the seconds it took. */
  void failed(LedgerEntry entry);
}
